// service/policyd/engine_operator.cc: what an operator decides about a policy while the daemon
// runs, and how it goes before look-ups that began earlier.
#include <algorithm>

#include "service/policyd/engine.h"

namespace strictmx {

Task<std::optional<StsResult>> Engine::refresh_now(Domain domain) {
  StsMemory memory = recall_stored(domain);
  if (!memory.policy) co_return std::nullopt;
  memory.backoff.reset();  // people ask once: RFC 8461 §3.3 is about what repeats itself
  ++refreshing_;
  co_return co_await refresh(*this, std::move(domain), std::move(memory));
}

Task<Result<bool>> Engine::forget(Domain domain) {
  overtake(domain);
  const std::optional<KnownPolicy> old = policies_.find(domain);
  policies_.erase(domain);
  troubles_.erase(domain.text());
  if (is_loading()) forgotten_.insert_or_assign(domain.text(), true);
  const Result<void> erased = co_await parts_.sink.erase(domain);
  if (!erased) forgotten_.erase(domain.text());
  if (!erased && old && !policies_.find(domain)) remember(*old);
  parts_.metrics.set_policies(policies_.size());
  if (!erased) co_return std::unexpected(erased.error());
  co_return old.has_value();
}

Task<Result<bool>> Engine::adopt(KnownPolicy policy) {
  const auto is_later = [&] {
    const std::optional<KnownPolicy> old = policies_.find(policy.domain);
    return !old || old->fetched_at < policy.fetched_at;
  };
  const Result<void> ready = co_await make_known(policy.domain);
  if (!ready) co_return std::unexpected(ready.error());
  if (!is_later()) co_return false;
  overtake(policy.domain);
  const Result<void> saved = co_await parts_.sink.save(policy);
  // What cannot be written now is kept and written later (store/policy_writer), so it is known.
  if (!saved && saved.error().code == Errc::too_large) co_return std::unexpected(saved.error());
  if (!is_later()) {  // another was adopted or fetched meanwhile
    co_await settle(policy.domain);
    co_return false;
  }
  remember(policy);
  troubles_.erase(policy.domain.text());
  if (!saved) co_return std::unexpected(saved.error());
  co_return true;
}

void Engine::pin(const Pin& pin) {
  overtake(pin.policy.domain);
  pins_.insert_or_assign(pin.policy.domain.text(), pin);
}

bool Engine::unpin(const Domain& domain) {
  overtake(domain);
  return pins_.erase(domain.text()) > 0;
}

std::size_t Engine::pins() const {
  const WallTime now = parts_.clock.now().wall;
  return static_cast<std::size_t>(
      std::ranges::count_if(pins_, [&](const auto& entry) { return entry.second.holds(now); }));
}

Engine::Known Engine::known(const Domain& domain) {
  const StsMemory memory = recall_stored(domain);
  Known known;
  known.policy = memory.policy;
  known.plan = policies_.plan_of(domain);
  if (const Pin* pin = pin_of(domain)) known.pin = *pin;
  const auto override = overrides_.find(domain.text());
  if (override != overrides_.end()) known.override = override->second;
  known.backoff = memory.backoff;
  known.dns_failing_since = memory.dns_failing_since;
  return known;
}

const Pin* Engine::pin_of(const Domain& domain) const {
  const auto pin = pins_.find(domain.text());
  if (pin == pins_.end() || !pin->second.holds(parts_.clock.now().wall)) return nullptr;
  return &pin->second;
}

// What stands behind answers about the domain: the pinned policy, else the fetched one.
std::optional<KnownPolicy> Engine::applying(const Domain& domain) const {
  if (const Pin* pin = pin_of(domain)) return pin->applying(parts_.clock.now().wall);
  return policies_.find(domain);
}

Engine::Ticket Engine::enter(const Domain& domain) {
  return under_way_.insert(under_way_.end(), UnderWay{domain});
}

void Engine::overtake(const Domain& domain) {
  for (auto& entry : under_way_) {
    if (entry.domain == domain) entry.overtaken = true;
  }
}

// Whether a look-up of the domain is overtaken. What comes meanwhile, of whichever look-up, is then
// not kept: it cannot be told whose it is.
bool Engine::is_overtaken(const Domain& domain) {
  const bool any = std::ranges::any_of(
      under_way_, [&](const UnderWay& entry) { return entry.overtaken && entry.domain == domain; });
  if (any) overtake(domain);
  return any;
}

// After an overtaken look-up, which may have written to the store: makes it say what is known. So
// must other look-ups, whose saves may now come before that.
Task<void> Engine::settle(Domain domain) {
  overtake(domain);
  std::optional<KnownPolicy> known = policies_.find(domain);
  Result<void> done;
  if (known) {
    done = co_await parts_.sink.save(*std::move(known));
  } else {
    done = co_await parts_.sink.erase(domain);
  }
  if (!done) {
    parts_.metrics.count_store_failure();
    log_.error("policy_not_durable", {{"domain", domain.text()}, {"why", done.error().detail}});
  }
}

// The operator learns that the domain publishes another policy than the one that applies.
void Engine::report_pinned(const KnownPolicy& fetched) {
  const Pin* pin = pin_of(fetched.domain);
  if (pin == nullptr || pin->policy.body == fetched.body) return;
  log_.warning("pin_differs", {{"domain", fetched.domain.text()},
                               {"mode", std::string(name_of(fetched.policy.mode))},
                               {"id", fetched.id},
                               {"pinned_id", pin->policy.id}});
}

}  // namespace strictmx
