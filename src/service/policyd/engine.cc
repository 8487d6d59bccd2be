#include "service/policyd/engine.h"

#include <exception>

namespace strictmx {

namespace {

constexpr std::size_t kMaxTroubles = 200000;  // domains with a failed fetch or failing DNS

}  // namespace

Engine::Engine(asio::io_context& io, LookupParts& parts, Log& log, std::size_t max_lookups)
    : io_(io), parts_(parts), log_(log), max_lookups_(max_lookups), troubles_(kMaxTroubles) {}

void Engine::remember(const KnownPolicy& policy) {
  policies_.insert_or_assign(policy.domain.text(),
                             StoredText{policy.id, policy.body, policy.fetched_at});
  parts_.metrics.set_policies(policies_.size());
}

void Engine::begin(NextHop hop, const OnStored& on_stored, OnDone on_done) {
  StsMemory memory = recall(hop.domain);
  std::optional<DomainVerdict> stored =
      decide_from_stored(hop, memory.policy, parts_.clock.now().wall);
  const bool known = stored.has_value();
  on_stored(stored);
  if (in_flight_ >= max_lookups_) {
    TlsPolicyResult busy;
    busy.verdict = known ? *std::move(stored) : decide_deferral("too many look-ups at once");
    on_done(std::move(busy));
    return;
  }
  ++in_flight_;
  parts_.metrics.set_lookups(in_flight_);
  Task<void> task = run(*this, std::move(hop), std::move(memory), std::move(on_done));
  asio::co_spawn(io_, std::move(task), asio::detached);
}

Task<void> Engine::run(Engine& engine, NextHop hop, StsMemory memory, OnDone on_done) {
  bool answered = false;
  const auto on_decided = [&](const TlsPolicyResult& result) {
    answered = true;
    engine.parts_.metrics.count_lookup(result.verdict.rule);
    on_done(result);
  };
  try {
    const TlsPolicyResult result =
        co_await run_lookup(engine.parts_, hop, std::move(memory), on_decided);
    engine.learn(hop.domain, result.sts);
    engine.report(hop, result);
  } catch (const std::exception& bug) {
    engine.log_.error("lookup_bug", {{"domain", hop.domain.text()}, {"what", bug.what()}});
  }
  if (!answered) {
    TlsPolicyResult failed;
    failed.verdict = decide_deferral("internal error");
    on_done(failed);
  }
  --engine.in_flight_;
  engine.parts_.metrics.set_lookups(engine.in_flight_);
}

StsMemory Engine::recall(const Domain& domain) {
  StsMemory memory;
  if (const auto stored = policies_.find(domain.text()); stored != policies_.end()) {
    auto parsed = parse_policy(stored->second.body);
    if (parsed) {
      memory.policy = KnownPolicy{domain, stored->second.id, stored->second.body,
                                  std::move(parsed->policy), stored->second.fetched_at};
    }
  }
  if (const Trouble* trouble = troubles_.find(domain.text())) {
    memory.backoff = trouble->backoff;
    memory.dns_failing_since = trouble->dns_failing_since;
  }
  return memory;
}

void Engine::learn(const Domain& domain, const StsResult& result) {
  if (result.source == PolicySource::fresh) remember(*result.policy);
  if (result.backoff || result.dns_failing_since) {
    troubles_.put(domain.text(), Trouble{result.backoff, result.dns_failing_since});
  } else {
    troubles_.erase(domain.text());
  }
}

void Engine::report(const NextHop& hop, const TlsPolicyResult& result) {
  const auto& sts = result.sts;
  const std::string& domain = hop.domain.text();
  if (sts.source == PolicySource::fresh) {
    log_.info("policy_stored", {{"domain", domain},
                                {"mode", std::string(name_of(sts.policy->policy.mode))},
                                {"id", sts.policy->id},
                                {"expires", format_utc(sts.policy->expires_at())}});
  }
  if (sts.save_error) {
    parts_.metrics.count_store_failure();
    log_.error("policy_not_durable", {{"domain", domain}, {"why", sts.save_error->detail}});
  }
  if (sts.failure) {
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
