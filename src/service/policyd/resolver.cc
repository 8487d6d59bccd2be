#include "service/policyd/resolver.h"

#include <algorithm>

namespace strictmx {

namespace {

// "[host]" and "host" are different questions: the first has no MX records.
std::string cache_key_of(const NextHop& hop) {
  return hop.routing == Routing::host ? "[" + hop.domain.text() + "]" : hop.domain.text();
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

MtaStatus status_of(std::string_view reply) {
  const auto colon = reply.find(':');
  const auto word = reply.substr(colon + 1, 2);
  return word == "OK" ? MtaStatus::ok : word == "NO" ? MtaStatus::not_found : MtaStatus::temp;
}

}  // namespace

Resolver::Resolver(Threads threads, Engine& engine, Metrics& metrics, const Clock& clock,
                   Limits limits)
    : threads_(threads),
      engine_(engine),
      metrics_(metrics),
      clock_(clock),
      limits_(limits),
      caches_{AnswerCache(limits.max_negatives, clock.now().mono),
              AnswerCache(limits.max_negatives, clock.now().mono),
              AnswerCache(limits.max_negatives, clock.now().mono)},
      no_policy_reply_(socketmap_reply(MtaAnswer{MtaStatus::not_found, ""})) {
  auto forget = [this](const Domain& domain) {
    asio::post(threads_.answers, [this, domain] { forget_plain(domain); });
  };
  asio::post(threads_.lookups, [this, forget] { engine_.on_enforce(forget); });
}

bool Resolver::answer_now(std::string_view key, std::string& out, Dialect dialect) {
  const MonoTime now = clock_.now().mono;
  AnswerCache& known = cache(dialect);
  std::optional<AnswerCache::Hit> hit = known.find(key, now);
  if (!hit || hit->refresh) {
    const NextHopKey parsed = parse_next_hop(key);
    const NextHop* hop = std::get_if<NextHop>(&parsed);
    if (hop == nullptr) {
      append(out, no_policy_reply_, MtaStatus::not_found, Metrics::Origin::memory);
      return true;
    }
    const std::string cache_key = cache_key_of(*hop);
    if (!hit) hit = known.find(cache_key, now);
    if (!hit) return false;
    if (hit->refresh) join(cache_key, *hop);
  }
  append(out, hit->reply, hit->status, Metrics::Origin::memory);
  return true;
}

Task<void> Resolver::answer_later(std::string key, std::string& out, Dialect dialect) {
  const NextHopKey parsed = parse_next_hop(key);
  const NextHop& hop = std::get<NextHop>(parsed);
  const std::string cache_key = cache_key_of(hop);
  asked_[static_cast<std::size_t>(dialect)] = true;
  Waiter waiter(threads_.answers.get_executor(), dialect);
  join(cache_key, hop).waiters.push_back(&waiter);
  const MonoTime deadline = clock_.now().mono + limits_.deadline;
  std::optional<std::string> reply = co_await waiter.reply.wait(deadline);
  if (!reply) reply = reply_at_deadline(cache_key, waiter);
  append(out, *reply, status_of(*reply), Metrics::Origin::lookup);
}

void Resolver::forget(const Domain& domain) {
  for (auto& cache : caches_) {
    cache.erase(domain.text());
    cache.erase("[" + domain.text() + "]");
  }
}

void Resolver::stop() {
  const DomainVerdict stopping = decide_deferral("shutting down");
  for (auto& [key, pending] : pending_) {
    const DomainVerdict& verdict = pending->stored ? *pending->stored : stopping;
    for (Waiter* waiter : pending->waiters) {
      waiter->reply.set(socketmap_reply(format_answer(waiter->dialect, verdict)));
    }
    pending->waiters.clear();
  }
}

Resolver::Pending& Resolver::join(const std::string& cache_key, const NextHop& hop) {
  auto& pending = pending_[cache_key];
  if (pending) return *pending;
  pending = std::make_unique<Pending>();
  auto to_answers = [this, cache_key](std::optional<DomainVerdict> verdict) {
    asio::post(threads_.answers, [this, cache_key, verdict = std::move(verdict)]() mutable {
      on_stored(cache_key, std::move(verdict));
    });
  };
  auto finished = [this, cache_key](const TlsPolicyResult& result) {
    asio::post(threads_.answers, [this, cache_key, result] { on_done(cache_key, result); });
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
  for (Waiter* waiter : entry->second->waiters) {
    waiter->reply.set(socketmap_reply(format_answer(waiter->dialect, result.verdict)));
  }
  pending_.erase(entry);
}

void Resolver::remember(const std::string& cache_key, const TlsPolicyResult& result) {
  if (result.hold <= Seconds{0}) return;
  const Now now = clock_.now();
  const MonoTime refresh_at = now.mono + result.hold;
  const auto& policy = result.verdict.policy;
  const bool by_policy = result.verdict.rule == DomainRule::enforce ||
                         result.verdict.rule == DomainRule::enforce_pattern;
  for (std::size_t d = 0; d < kDialects; ++d) {
    if (!asked_[d]) continue;
    const MtaAnswer answer = format_answer(static_cast<Dialect>(d), result.verdict);
    if (by_policy) {
      const Seconds life = std::max(policy->expires_at() - now.wall, Seconds{1});
      caches_[d].put_policy(cache_key, answer, {refresh_at, now.mono + life});
    } else if (result.verdict.rule == DomainRule::defer) {
      caches_[d].put_plain(cache_key, answer, {refresh_at, refresh_at});
    } else {
      caches_[d].put_plain(cache_key, answer, {refresh_at, refresh_at + result.hold});
    }
  }
  metrics_.set_negatives(cache(Dialect::postfix).plain());
}

void Resolver::forget_plain(const Domain& domain) {
  for (auto& known : caches_) {
    for (const auto routing : {Routing::mx, Routing::host}) {
      known.erase_plain(cache_key_of(NextHop{domain, routing}));
    }
  }
}

std::string Resolver::reply_at_deadline(const std::string& cache_key, Waiter& waiter) {
  metrics_.count_late_answer();
  DomainVerdict verdict = decide_deferral("the look-up takes longer than allowed");
  const auto entry = pending_.find(cache_key);
  if (entry != pending_.end()) {
    std::erase(entry->second->waiters, &waiter);
    if (entry->second->stored) verdict = *entry->second->stored;
  }
  if (verdict.policy) {  // the next who asks need not wait while the look-up goes on
    const MonoTime now = clock_.now().mono;
    cache(waiter.dialect)
        .put_policy(cache_key, format_answer(waiter.dialect, verdict),
                    {now + kUndecidedHold, now + kShortestHold});
  }
  return socketmap_reply(format_answer(waiter.dialect, verdict));
}

void Resolver::append(std::string& out, std::string_view reply, MtaStatus status,
                      Metrics::Origin origin) {
  out += reply;
  metrics_.count_answer(metric_of(status), origin);
}

}  // namespace strictmx
