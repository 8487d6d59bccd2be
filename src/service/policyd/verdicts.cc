#include "service/policyd/verdicts.h"

#include <algorithm>
#include <utility>

namespace strictmx {

namespace {

constexpr std::size_t kMaxRememberedBytes = 64 << 20;
constexpr const char* kLate = "the look-up takes longer than allowed";
constexpr const char* kStopping = "shutting down";

// The same domain with and without brackets, and with and without DANE, are different questions.
std::string key_of(const NextHop& hop, DaneUse dane) {
  return (dane == DaneUse::off ? "!" : "") +
         (hop.routing == Routing::host ? "[" + hop.domain.text() + "]" : hop.domain.text());
}

std::vector<std::string> keys_of(const Domain& domain) {
  std::vector<std::string> keys;
  for (const auto routing : {Routing::mx, Routing::host}) {
    for (const auto dane : {DaneUse::on, DaneUse::off}) {
      keys.push_back(key_of(NextHop{domain, routing}, dane));
    }
  }
  return keys;
}

// About the octets an entry takes.
std::size_t cost_of(const Decision& decision) {
  constexpr std::size_t kEntry = 512;
  constexpr std::size_t kHost = 64;
  constexpr std::size_t kPattern = 96;
  std::size_t cost = kEntry;
  for (const auto& host : decision.verdict.hosts) cost += kHost + host.host.size();
  if (decision.verdict.policy) cost += kPattern * decision.verdict.policy->policy.mx.size();
  return cost;
}

}  // namespace

Verdicts::Verdicts(asio::io_context& lookups, Engine& engine, const Clock& clock)
    : io_(lookups), engine_(engine), clock_(clock), known_(kMaxRememberedBytes) {
  engine_.on_change([this](const KnownPolicy& policy) { forget_open(policy.domain); });
}

Task<Verdicts::Shared> Verdicts::decide(NextHop hop, DaneUse dane, Millis patience) {
  const std::string key = key_of(hop, dane);
  const MonoTime now = clock_.now().mono;
  const std::optional<Shared> known = known_.find(key);
  if (known && now < (*known)->until) co_return *known;
  if (stopping_) co_return undecided(nullptr, kStopping);
  Waiter waiter(io_.get_executor());
  join(key, hop, dane, waiter);
  const std::optional<Shared> decided = co_await waiter.wait(now + patience);
  if (decided) co_return *decided;
  co_return late(key, waiter);
}

void Verdicts::join(const std::string& key, const NextHop& hop, DaneUse dane, Waiter& waiter) {
  auto& pending = pending_[key];
  const bool first = !pending;
  if (first) pending = std::make_unique<Pending>();
  pending->waiters.push_back(&waiter);
  if (!first) return;
  const auto on_stored = [this, key](std::optional<DomainVerdict> verdict) {
    if (const auto entry = pending_.find(key); entry != pending_.end()) {
      entry->second->stored = std::move(verdict);
    }
  };
  const auto finished = [this, key](const TlsPolicyResult& result) { on_done(key, result); };
  engine_.begin(hop, on_stored, finished, dane);
}

void Verdicts::on_done(const std::string& key, const TlsPolicyResult& result) {
  const Now now = clock_.now();
  auto decision = std::make_shared<Decision>();
  decision->verdict = result.verdict;
  decision->source = result.sts.source;
  Seconds life = result.hold;
  if (auto& policy = decision->verdict.policy) {
    policy->body = {};
    life = std::min(life, policy->expires_at() - now.wall);
  }
  decision->until = now.mono + life;
  if (life > Seconds{0}) known_.put(key, decision, cost_of(*decision));
  const auto entry = pending_.find(key);
  if (entry == pending_.end()) return;
  for (Waiter* waiter : entry->second->waiters) waiter->set(decision);
  pending_.erase(entry);
}

Verdicts::Shared Verdicts::late(const std::string& key, Waiter& waiter) {
  const auto entry = pending_.find(key);
  if (entry == pending_.end()) return undecided(nullptr, kLate);
  std::erase(entry->second->waiters, &waiter);
  return undecided(entry->second.get(), kLate);
}

// RFC 8461 §5.1: a stored policy holds while nothing newer is known.
Verdicts::Shared Verdicts::undecided(const Pending* pending, const char* why) const {
  auto decision = std::make_shared<Decision>();
  decision->verdict = decide_deferral(why);
  decision->until = clock_.now().mono;
  if (pending != nullptr && pending->stored) {
    decision->verdict = *pending->stored;
    decision->source = PolicySource::cache;
  }
  return decision;
}

void Verdicts::stop() {
  stopping_ = true;
  for (auto& [key, pending] : pending_) {
    const Shared decision = undecided(pending.get(), kStopping);
    for (Waiter* waiter : std::exchange(pending->waiters, {})) waiter->set(decision);
  }
}

void Verdicts::forget(const Domain& domain) {
  for (const auto& key : keys_of(domain)) known_.erase(key);
}

void Verdicts::forget_open(const Domain& domain) {
  for (const auto& key : keys_of(domain)) {
    const std::optional<Shared> known = known_.find(key);
    if (!known) continue;
    const DomainRule rule = (*known)->verdict.rule;
    if (rule != DomainRule::enforce && rule != DomainRule::enforce_pattern) known_.erase(key);
  }
}

}  // namespace strictmx
