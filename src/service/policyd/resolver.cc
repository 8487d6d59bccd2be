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
      cache_(limits.max_negatives, clock_.now().mono),
      no_policy_reply_(socketmap_reply(MtaAnswer{MtaStatus::not_found, ""})) {}

bool Resolver::answer_now(std::string_view key, std::string& out) {
  const MonoTime now = clock_.now().mono;
  std::optional<AnswerCache::Hit> hit = cache_.find(key, now);
  if (!hit || hit->refresh) {
    const NextHopKey parsed = parse_next_hop(key);
    const NextHop* hop = std::get_if<NextHop>(&parsed);
    if (hop == nullptr) {
      append(out, no_policy_reply_, MtaStatus::not_found, Metrics::Origin::memory);
      return true;
    }
    const std::string cache_key = cache_key_of(*hop);
    if (!hit) hit = cache_.find(cache_key, now);
    if (!hit) return false;
    if (hit->refresh) join(cache_key, *hop);
  }
  append(out, hit->reply, hit->status, Metrics::Origin::memory);
  return true;
}

Task<void> Resolver::answer_later(std::string key, std::string& out) {
  const NextHopKey parsed = parse_next_hop(key);
  const NextHop& hop = std::get<NextHop>(parsed);
  const std::string cache_key = cache_key_of(hop);
  Waiter waiter(threads_.answers.get_executor());
  join(cache_key, hop).waiters.push_back(&waiter);
  const MonoTime deadline = clock_.now().mono + limits_.deadline;
  std::optional<std::string> reply = co_await waiter.wait(deadline);
  if (!reply) reply = reply_at_deadline(cache_key, waiter);
  append(out, *reply, status_of(*reply), Metrics::Origin::lookup);
}

void Resolver::stop() {
  const std::string reply = socketmap_reply(MtaAnswer{MtaStatus::temp, "shutting down"});
  for (auto& [key, pending] : pending_) {
    for (Waiter* waiter : pending->waiters) waiter->set(pending->stored_reply.value_or(reply));
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
  if (entry == pending_.end() || !verdict) return;
  entry->second->stored_reply = socketmap_reply(format_postfix_answer(*verdict));
}

void Resolver::on_done(const std::string& cache_key, const TlsPolicyResult& result) {
  const MtaAnswer answer = format_postfix_answer(result.verdict);
  remember(cache_key, result, answer);
  const auto entry = pending_.find(cache_key);
  if (entry == pending_.end()) return;
  const std::string reply = socketmap_reply(answer);
  for (Waiter* waiter : entry->second->waiters) waiter->set(reply);
  pending_.erase(entry);
}

void Resolver::remember(const std::string& cache_key, const TlsPolicyResult& result,
                        const MtaAnswer& answer) {
  if (result.hold <= Seconds{0}) return;
  const Now now = clock_.now();
  const MonoTime refresh_at = now.mono + result.hold;
  const auto& policy = result.verdict.policy;
  if (policy && policy->policy.mode == PolicyMode::enforce) {
    const Seconds life = answer.status == MtaStatus::temp
                             ? result.hold
                             : std::max(policy->expires_at() - now.wall, Seconds{1});
    cache_.put_policy(cache_key, answer, {refresh_at, now.mono + life});
  } else if (answer.status == MtaStatus::temp) {
    cache_.put_plain(cache_key, answer, {refresh_at, refresh_at});
  } else {
    cache_.put_plain(cache_key, answer, {refresh_at, refresh_at + result.hold});
  }
  metrics_.set_negatives(cache_.plain());
}

std::string Resolver::reply_at_deadline(const std::string& cache_key, Waiter& waiter) {
  metrics_.count_late_answer();
  const auto entry = pending_.find(cache_key);
  if (entry != pending_.end()) {
    std::erase(entry->second->waiters, &waiter);
    if (entry->second->stored_reply) return *entry->second->stored_reply;
  }
  return socketmap_reply(MtaAnswer{MtaStatus::temp, "the look-up takes longer than allowed"});
}

void Resolver::append(std::string& out, std::string_view reply, MtaStatus status,
                      Metrics::Origin origin) {
  out += reply;
  metrics_.count_answer(metric_of(status), origin);
}

}  // namespace strictmx
