#include "service/policyd/resolver.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/sendmail_answer.h"
#include "net/spawn.h"

namespace strictmx {

namespace {

// Answers whose look-up found a failure are handed to the engine this often, at most so many keys.
constexpr Seconds kCountEvery{1};
constexpr std::size_t kMaxCounted = 10000;

// The answer rests on an enforce policy.
bool is_by_policy(const DomainVerdict& verdict) {
  return verdict.rule == DomainRule::enforce || verdict.rule == DomainRule::enforce_pattern;
}

Metrics::Answer metric_of(MtaStatus status) {
  switch (status) {
    case MtaStatus::ok:
      return Metrics::Answer::ok;
    case MtaStatus::not_found:
      return Metrics::Answer::not_found;
    case MtaStatus::temp:
      return Metrics::Answer::temp;
  }
  return Metrics::Answer::temp;
}

// Lower case into `buffer`; a key longer than any in a cache stays as it is.
constexpr std::size_t kMaxKey = 255;
constexpr std::size_t kStep = 16;  // a width that compilers turn into one vector
using KeyBuffer = std::array<char, kMaxKey + 1>;
std::string_view fold_case(std::string_view key, KeyBuffer& buffer) {
  if (key.size() > kMaxKey) return key;
  char* const folded = buffer.data();
  std::memset(folded + key.size() / kStep * kStep, 0, kStep);
  std::memcpy(folded, key.data(), key.size());
  for (std::size_t i = 0; i < key.size(); i += kStep) {
    for (std::size_t j = i; j < i + kStep; ++j) {
      folded[j] = static_cast<char>(folded[j] | (folded[j] >= 'A' && folded[j] <= 'Z' ? 0x20 : 0));
    }
  }
  return {folded, key.size()};
}

template <std::size_t... Index>
std::array<AnswerCache, kDialects> make_caches(std::size_t max_negatives, MonoTime start,
                                               std::index_sequence<Index...>) {
  return {(static_cast<void>(Index), AnswerCache(max_negatives, start))...};
}

}  // namespace

struct PendingLookup {
  using Waiters = boost::intrusive::list<Waiter, boost::intrusive::base_hook<OfLookupHook>,
                                         boost::intrusive::constant_time_size<false>>;

  std::string cache_key;
  Waiters waiters = {};
  std::optional<DomainVerdict> stored = {};  // what the stored policy alone says
  bool outdated = false;                     // who asks from now on needs another look-up
};

Resolver::Resolver(Threads threads, Engine& engine, Metrics& metrics, const Clock& clock,
                   Limits limits)
    : threads_(threads),
      engine_(engine),
      metrics_(metrics),
      clock_(clock),
      limits_(limits),
      caches_(make_caches(limits.max_negatives, clock.now().mono,
                          std::make_index_sequence<kDialects>())),
      no_policy_reply_(socketmap_reply(MtaAnswer{MtaStatus::not_found, ""})) {
  auto to_answers = [this](const KnownPolicy& policy) {
    threads_.answers([this, policy] { on_change(policy); });
  };
  asio::post(threads_.lookups, [this, to_answers] { engine_.on_change(to_answers); });
}

Resolver::~Resolver() = default;

bool Resolver::answer_now(const Query& query, MonoTime now, std::string& out) {
  AnswerCache& known = cache(query.dialect);
  KeyBuffer buffer;
  const std::string_view key = fold_case(query.key, buffer);
  std::optional<AnswerCache::Hit> hit = known.find(key, now);
  if (!hit || hit->refresh) {
    const NextHopKey parsed = parse_next_hop(query.key);
    const NextHop* hop = std::get_if<NextHop>(&parsed);
    if (hop == nullptr) {
      append(out, no_policy_reply_, MtaStatus::not_found);
      return true;
    }
    const std::string cache_key = format_next_hop(*hop);
    if (!hit) hit = known.find(cache_key, now);
    if (!hit) return false;
    if (hit->counting == Counting::on) count(cache_key, 1);
    if (hit->refresh) join(cache_key, *hop);
  } else if (hit->counting == Counting::on) {
    count(key, 1);
  }
  append(out, hit->reply, hit->status);
  return true;
}

void Resolver::answer_later(const Query& query, Waiter& waiter) {
  const NextHopKey parsed = parse_next_hop(query.key);
  const NextHop& hop = std::get<NextHop>(parsed);
  asked_[static_cast<std::size_t>(query.dialect)] = true;
  PendingLookup& lookup = join(format_next_hop(hop), hop);
  lookup.waiters.push_back(waiter);
  waiter.lookup_ = &lookup;
  waiter.dialect_ = query.dialect;
  waiter.deadline_ = clock_.now().mono + limits_.deadline;
  auto place = deadlines_.end();  // the last, but for a deadline that was made shorter meanwhile
  while (place != deadlines_.begin() && std::prev(place)->deadline_ > waiter.deadline_) --place;
  deadlines_.insert(place, waiter);
}

std::optional<MonoTime> Resolver::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.front().deadline_;
}

void Resolver::expire() {
  const MonoTime now = clock_.now().mono;
  while (!deadlines_.empty() && deadlines_.front().deadline_ <= now) {
    reply_late(deadlines_.front());
  }
}

void Resolver::forget(const Domain& domain) {
  for (const auto routing : {Routing::mx, Routing::host}) {
    const std::string key = format_next_hop(NextHop{domain, routing});
    for (auto& known : caches_) known.erase(key);
    const auto pending = pending_.find(key);
    if (pending == pending_.end()) continue;
    pending->second->stored.reset();
    pending->second->outdated = true;
  }
}

void Resolver::stop() {
  const DomainVerdict stopping = decide_deferral("shutting down");
  while (!deadlines_.empty()) {
    Waiter& waiter = deadlines_.front();
    const std::optional<DomainVerdict>& stored = waiter.lookup_->stored;
    reply(waiter, stored ? *stored : stopping);
  }
  if (!counted_.empty()) hand_over_counts();
}

PendingLookup& Resolver::join(const std::string& cache_key, const NextHop& hop) {
  auto& pending = pending_[cache_key];
  if (pending && !pending->outdated) return *pending;
  if (!pending) pending = std::make_unique<PendingLookup>();
  pending->cache_key = cache_key;
  pending->outdated = false;
  auto to_answers = [this, cache_key](std::optional<DomainVerdict> verdict) {
    threads_.answers([this, cache_key, verdict = std::move(verdict)]() mutable {
      on_stored(cache_key, std::move(verdict));
    });
  };
  auto finished = [this, cache_key](const TlsPolicyResult& result) {
    threads_.answers([this, cache_key, result] { on_done(cache_key, result); });
  };
  asio::post(threads_.lookups,
             [this, hop, to_answers, finished] { engine_.begin(hop, to_answers, finished); });
  return *pending;
}

void Resolver::on_stored(const std::string& cache_key, std::optional<DomainVerdict> verdict) {
  const auto entry = pending_.find(cache_key);
  if (entry != pending_.end()) entry->second->stored = std::move(verdict);
}

void Resolver::on_done(const std::string& cache_key, const TlsPolicyResult& result) {
  remember(cache_key, result);
  const auto entry = pending_.find(cache_key);
  if (entry == pending_.end()) return;
  // Out of the table first: who asks the same again begins a new look-up.
  const std::unique_ptr<PendingLookup> lookup = std::move(entry->second);
  pending_.erase(entry);
  std::uint64_t answers = 0;
  while (!lookup->waiters.empty()) {
    reply(lookup->waiters.front(), result.verdict);
    ++answers;
  }
  if (result.reportable && answers > 0) count(cache_key, answers);
}

// In memory for a second: a failing domain may be asked for very often.
void Resolver::count(std::string_view cache_key, std::uint64_t answers) {
  const bool first = counted_.empty();
  if (const auto known = counted_.find(cache_key); known != counted_.end()) {
    known->second += answers;
  } else if (counted_.size() < kMaxCounted) {
    counted_.emplace(std::string(cache_key), answers);
  } else {
    metrics_.count_results_lost(Metrics::Lost::queue, answers);
  }
  if (!first) return;
  asio::post(threads_.lookups, [this] {
    Task<void> task = ask_for_counts(*this);
    spawn(threads_.lookups, std::move(task));
  });
}

// On the look-up thread, which has the timers.
Task<void> Resolver::ask_for_counts(Resolver& self) {
  asio::steady_timer pause(self.threads_.lookups);
  pause.expires_after(kCountEvery);
  co_await pause.async_wait(asio::use_awaitable);
  self.threads_.answers([&self] { self.hand_over_counts(); });
}

void Resolver::hand_over_counts() {
  asio::post(threads_.lookups, [this, counted = std::exchange(counted_, {})] {
    for (const auto& [cache_key, answers] : counted) engine_.count_answers(cache_key, answers);
  });
}

void Resolver::remember(const std::string& cache_key, const TlsPolicyResult& result) {
  if (result.hold <= Seconds{0}) return;
  const Now now = clock_.now();
  const MonoTime refresh_at = now.mono + result.hold;
  const auto& policy = result.verdict.policy;
  const Counting counting = result.reportable ? Counting::on : Counting::off;
  const bool by_policy = is_by_policy(result.verdict);
  for (std::size_t d = 0; d < kDialects; ++d) {
    if (!asked_[d]) continue;
    const MtaAnswer answer = format_answer(static_cast<Dialect>(d), result.verdict);
    if (answer.data == kSendmailTooLong) {
      asio::post(threads_.lookups, [this, domain = policy->domain] { engine_.warn_long(domain); });
    }
    if (by_policy) {
      const Seconds life = std::max(policy->expires_at() - now.wall, Seconds{1});
      caches_[d].put_policy(cache_key, answer, {refresh_at, now.mono + life, counting});
    } else if (result.verdict.rule == DomainRule::defer) {
      caches_[d].put_plain(cache_key, answer, {refresh_at, refresh_at, counting});
    } else {
      caches_[d].put_plain(cache_key, answer, {refresh_at, refresh_at + result.hold, counting});
    }
  }
  metrics_.set_negatives(cache(Dialect::postfix).plain());
}

void Resolver::on_change(const KnownPolicy& policy) {
  for (const auto routing : {Routing::mx, Routing::host}) {
    const NextHop hop{policy.domain, routing};
    const std::string key = format_next_hop(hop);
    for (auto& known : caches_) known.erase(key);
    const auto pending = pending_.find(key);
    if (pending == pending_.end() || !pending->second->stored) continue;
    pending->second->stored = decide_from_stored(hop, policy, clock_.now().wall);
  }
}

void Resolver::reply_late(Waiter& waiter) {
  metrics_.count_late_answer();
  DomainVerdict verdict = decide_deferral("the look-up takes longer than allowed");
  if (waiter.lookup_->stored) verdict = *waiter.lookup_->stored;
  if (is_by_policy(verdict)) {  // the next who asks need not wait while the look-up goes on
    const Now now = clock_.now();
    const Seconds life = std::min(kShortestHold, verdict.policy->expires_at() - now.wall);
    cache(waiter.dialect_)
        .put_policy(waiter.lookup_->cache_key, format_answer(waiter.dialect_, verdict),
                    {now.mono + kUndecidedHold, now.mono + life});
  }
  reply(waiter, verdict);
}

// The last that is done with the waiter: it may be gone afterwards.
void Resolver::reply(Waiter& waiter, const DomainVerdict& verdict) {
  const MtaAnswer answer = format_answer(waiter.dialect_, verdict);
  metrics_.count_answer(metric_of(answer.status), Metrics::Origin::lookup);
  waiter.OfLookupHook::unlink();
  waiter.DeadlineHook::unlink();
  waiter.lookup_ = nullptr;
  waiter.on_reply(socketmap_reply(answer));
}

void Resolver::append(std::string& out, std::string_view reply, MtaStatus status) {
  out += reply;
  metrics_.count_answer(metric_of(status), Metrics::Origin::memory);
}

}  // namespace strictmx
