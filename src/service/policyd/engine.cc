#include "service/policyd/engine.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "net/spawn.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxTroubles = 200000;  // domains with a failed fetch or failing DNS

void count_failure(Metrics& metrics, const StsResult& sts) {
  if (!sts.failure || sts.failure->again) return;
  const PolicyMode kept = sts.policy ? sts.policy->policy.mode : PolicyMode::none;
  metrics.count_policy_failure(sts.failure->type, kept);
}

}  // namespace

Engine::Engine(asio::io_context& io, LookupParts& parts, Log& log, std::size_t max_lookups)
    : io_(io),
      parts_(parts),
      log_(log),
      max_lookups_(max_lookups),
      troubles_(kMaxTroubles),
      events_(parts.clock) {
  parts_.on_policy = [this](const KnownPolicy& policy) { learn_policy(policy); };
}

void Engine::remember(const KnownPolicy& policy, PolicyOrigin origin) {
  policies_.put(policy, parts_.clock.now().wall, origin);
  parts_.metrics.set_policies(policies_.size());
}

void Engine::defer(const OnDone& on_done, std::string why) {
  TlsPolicyResult result;
  result.verdict = decide_deferral(std::move(why));
  on_done(result);
}

void Engine::begin(NextHop hop, const OnStored& on_stored, OnDone on_done, DaneUse dane) {
  if (const std::optional<TlsPolicyResult> decided = override_for(hop.domain)) {
    on_stored(decided->verdict);
    on_done(*decided);
    return;
  }
  Told told{on_stored, std::move(on_done)};
  if (is_loaded(hop.domain)) return begin_loaded(std::move(hop), std::move(told), dane);
  if (in_flight_ >= max_lookups_) return defer(told.on_done, "too many look-ups at once");
  ++in_flight_;
  Task<void> task = begin_unloaded(*this, std::move(hop), std::move(told), dane);
  spawn(io_, std::move(task));
}

// RFC 8461 §5.1: without knowing what is stored nothing is answered that could be weaker.
Task<void> Engine::begin_unloaded(Engine& engine, NextHop hop, Told told, DaneUse dane) {
  const Result<void> known = co_await engine.make_known(hop.domain);
  --engine.in_flight_;
  if (known) co_return engine.begin_loaded(std::move(hop), std::move(told), dane);
  engine.log_.debug("store_unreadable", {{"why", known.error().detail}});
  engine.defer(told.on_done, "the policy store cannot be read");
}

void Engine::begin_loaded(NextHop hop, Told told, DaneUse dane) {
  StsMemory memory = recall(hop.domain);
  policies_.touch(hop.domain, parts_.clock.now().wall);
  std::optional<DomainVerdict> stored =
      decide_from_stored(hop, memory.policy, parts_.clock.now().wall);
  told.on_stored(stored);
  if (in_flight_ >= max_lookups_) {
    if (!stored) return defer(told.on_done, "too many look-ups at once");
    TlsPolicyResult busy;
    busy.verdict = *std::move(stored);
    return told.on_done(busy);
  }
  ++in_flight_;
  parts_.metrics.set_lookups(in_flight_);
  Task<void> task = run(*this, std::move(hop), std::move(memory), std::move(told), dane);
  spawn(io_, std::move(task));
}

Task<void> Engine::run(Engine& engine, NextHop hop, StsMemory memory, Told told, DaneUse dane) {
  const Ticket self = engine.enter(hop.domain);
  LookupParts parts = engine.parts_;
  if (dane == DaneUse::off) parts.rules.dane = DaneUse::off;
  bool answered = false;
  LookupEvents events;
  events.on_dane_open = [&] { told.on_stored(std::nullopt); };
  events.on_decided = [&](const TlsPolicyResult& result) {
    answered = true;
    engine.parts_.metrics.count_lookup(result.verdict.rule);
    engine.events_.learn(hop, result);
    if (const auto decided = engine.override_for(hop.domain)) return told.on_done(*decided);
    std::optional<DomainVerdict> stronger = engine.learnt_meanwhile(hop, result);
    if (!stronger && !self->overtaken) return told.on_done(result);
    TlsPolicyResult renewed;  // its hold of 0 keeps it from being remembered
    renewed.verdict = stronger ? *std::move(stronger) : result.verdict;
    told.on_done(renewed);
  };
  try {
    const TlsPolicyResult result =
        co_await run_lookup(parts, hop, std::move(memory), std::move(events));
    if (self->overtaken) {
      co_await engine.settle(hop.domain);
    } else {
      engine.learn_trouble(hop.domain, result.sts);
    }
    engine.report(hop, result);
  } catch (const std::exception& bug) {
    engine.log_.error("lookup_bug", {{"domain", hop.domain.text()}, {"what", bug.what()}});
  }
  if (!answered) engine.defer(told.on_done, "internal error");
  engine.under_way_.erase(self);
  --engine.in_flight_;
  engine.parts_.metrics.set_lookups(engine.in_flight_);
}

void Engine::refresh_due() {
  while (refreshing_ < kMaxRefreshes) {
    std::optional<Domain> domain = policies_.take_due(parts_.clock.now().wall);
    if (!domain) return;
    ++refreshing_;
    Task<void> task = refresh_in_turn(*this, *std::move(domain));
    spawn(io_, std::move(task));
  }
}

Task<void> Engine::refresh_in_turn(Engine& engine, Domain domain) {
  StsMemory memory = engine.recall_stored(domain);
  co_await refresh(engine, std::move(domain), std::move(memory));
}

// Absent after a bug.
Task<std::optional<StsResult>> Engine::refresh(Engine& engine, Domain domain, StsMemory memory) {
  const Ticket self = engine.enter(domain);
  std::optional<StsResult> result;
  try {
    result = co_await run_refresh(engine.parts_, domain, std::move(memory));
    if (self->overtaken) {
      co_await engine.settle(domain);
    } else {
      engine.learn_trouble(domain, *result);
    }
    if (result->source != PolicySource::fresh || self->overtaken) {  // planned anew
      engine.policies_.failed(domain, engine.parts_.clock.now().wall);
    }
    engine.report_refresh(domain, *result);
  } catch (const std::exception& bug) {
    engine.log_.error("lookup_bug", {{"domain", domain.text()}, {"what", bug.what()}});
    engine.policies_.failed(domain, engine.parts_.clock.now().wall);
  }
  engine.under_way_.erase(self);
  --engine.refreshing_;
  co_return result;
}

void Engine::warn_long(const Domain& domain) {
  parts_.metrics.count_answer_too_long();
  log_.error("answer_too_long", {{"domain", domain.text()}});
}

void Engine::measure_health() {
  const PolicyTable::Health health = policies_.health(parts_.clock.now().wall);
  parts_.metrics.set_policies_late(health.late, health.critical);
}

void Engine::set_overrides(const std::vector<Override>& overrides) {
  overrides_.clear();
  for (const auto& entry : overrides) overrides_.insert_or_assign(entry.domain.text(), entry);
}

std::optional<TlsPolicyResult> Engine::override_for(const Domain& domain) const {
  const auto entry = overrides_.find(domain.text());
  if (entry == overrides_.end()) return std::nullopt;
  const WallTime now = parts_.clock.now().wall;
  std::optional<DomainVerdict> verdict = decide_by_override(entry->second, now);
  if (!verdict) return std::nullopt;
  TlsPolicyResult result;
  result.verdict = *std::move(verdict);
  if (!entry->second.until) result.hold = kShortestHold;  // else it may end at any time
  return result;
}

StsMemory Engine::recall(const Domain& domain) {
  StsMemory memory = recall_stored(domain);
  if (const Pin* pin = pin_of(domain)) {
    memory.policy = pin->applying(parts_.clock.now().wall);
    memory.standing = PolicyStanding::pinned;
  }
  return memory;
}

StsMemory Engine::recall_stored(const Domain& domain) {
  StsMemory memory;
  memory.policy = policies_.find(domain);
  if (const Trouble* trouble = troubles_.find(domain.text())) {
    memory.backoff = trouble->backoff;
    memory.dns_failing_since = trouble->dns_failing_since;
  }
  return memory;
}

// At once, not at the end of the look-up: what is stored holds for every other one (RFC 8461 §5.1),
// and a look-up that takes long must not bring back what another has replaced.
void Engine::learn_policy(const KnownPolicy& policy) {
  if (is_overtaken(policy.domain)) return;
  const bool same = is_known_alike(policy);
  remember(policy);
  report_pinned(policy);
  if (same) return;
  for (const auto& tell : tell_change_) tell(policy);  // RFC 8461 §8.3
}

bool Engine::is_known_alike(const KnownPolicy& policy) const {
  const std::optional<KnownPolicy> old = policies_.find(policy.domain);
  return old && old->body == policy.body && old->is_live(parts_.clock.now().wall);
}

void Engine::learn_preloaded(const KnownPolicy& policy) {
  if (policies_.origin(policy.domain) == PolicyOrigin::fetched) return;
  const bool same = is_known_alike(policy);
  remember(policy, PolicyOrigin::preloaded);
  if (same) return;
  for (const auto& tell : tell_change_) tell(policy);
}

void Engine::learn_trouble(const Domain& domain, const StsResult& result) {
  if (result.backoff || result.dns_failing_since) {
    troubles_.put(domain.text(), Trouble{result.backoff, result.dns_failing_since});
  } else {
    troubles_.erase(domain.text());
  }
}

// RFC 8461 §5.1: a look-up that began before the domain came under an enforce policy, by another
// look-up or a refresh, answers no less than that policy.
std::optional<DomainVerdict> Engine::learnt_meanwhile(const NextHop& hop,
                                                      const TlsPolicyResult& result) {
  const DomainRule rule = result.verdict.rule;
  const bool open =
      rule == DomainRule::none || rule == DomainRule::testing || rule == DomainRule::dane_some;
  const bool by_policy = rule == DomainRule::enforce || rule == DomainRule::enforce_pattern;
  if (!open && !by_policy) return std::nullopt;
  const std::optional<KnownPolicy> policy = applying(hop.domain);
  if (!policy || policy->policy.mode != PolicyMode::enforce) return std::nullopt;
  if (by_policy && result.verdict.policy->body == policy->body) return std::nullopt;
  return decide_from_stored(hop, policy, parts_.clock.now().wall);
}

// RFC 8461 §10.2: the operator is told long before the policy ends.
void Engine::report_refresh(const Domain& domain, const StsResult& result) {
  const bool fresh = result.source == PolicySource::fresh;
  parts_.metrics.count_refresh(fresh ? Metrics::Refresh::ok : Metrics::Refresh::failed);
  count_failure(parts_.metrics, result);
  if (result.save_error) parts_.metrics.count_store_failure();
  if (fresh) {
    log_.debug("policy_refreshed", {{"domain", domain.text()}});
    return;
  }
  const std::optional<KnownPolicy> kept = policies_.find(domain);
  if (!kept) return;
  const WallTime now = parts_.clock.now().wall;
  const Seconds life = kept->expires_at() - kept->fetched_at;
  const Seconds age = now - kept->fetched_at;
  const LogLevel level = age * 5 >= life * 4 ? LogLevel::error
                         : age * 2 >= life   ? LogLevel::warning
                                             : LogLevel::info;
  const std::array<LogField, 3> fields{LogField{"domain", domain.text()},
                                       LogField{"why", result.reason},
                                       LogField{"expires", format_utc(kept->expires_at())}};
  if (log_.enabled(level)) log_.write(level, "policy_refresh_failed", fields);
}

void Engine::report(const NextHop& hop, const TlsPolicyResult& result) {
  const auto& sts = result.sts;
  const std::string& domain = hop.domain.text();
  count_failure(parts_.metrics, sts);
  if (sts.save_error) {
    parts_.metrics.count_store_failure();
    log_.warning("policy_not_durable", {{"domain", domain}, {"why", sts.save_error->detail}});
  } else if (sts.source == PolicySource::fresh) {
    log_.info("policy_stored", {{"domain", domain},
                                {"mode", std::string(name_of(sts.policy->policy.mode))},
                                {"id", sts.policy->id},
                                {"expires", format_utc(sts.policy->expires_at())}});
  }
  if (sts.failure && !sts.failure->again) {
    log_.warning("policy_failure",
                 {{"domain", domain},
                  {"type", std::string(name_of(sts.failure->type))},
                  {"why", sts.failure->reason},
                  {"kept", sts.policy ? std::string(name_of(sts.policy->policy.mode)) : "none"}});
  }
  if (result.verdict.rule == DomainRule::defer) {
    log_.warning("mail_deferred", {{"domain", domain}, {"why", result.verdict.reason}});
  }
  log_.debug("lookup", {{"domain", domain},
                        {"rule", std::string(name_of(result.verdict.rule))},
                        {"why", result.verdict.reason},
                        {"hold", std::to_string(result.hold.count())}});
}

}  // namespace strictmx
