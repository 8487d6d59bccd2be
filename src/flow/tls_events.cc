#include "flow/tls_events.h"

#include <algorithm>
#include <utility>

namespace strictmx {

namespace {

constexpr const char* kUnlistedReason = "mx-not-in-sts-policy";
constexpr const char* kDaneFailedReason = "dane-lookup-failed";

ReportedPolicy describe_policy(const Domain& domain, const std::optional<KnownPolicy>& policy) {
  if (!policy) return {PolicyType::sts, domain.text(), {}, {}};
  return reported_sts_policy(domain, policy->policy);
}

CountedFailure failure_at(ResultType type, const std::string& host, const char* reason) {
  CountedFailure failure;
  failure.details.type = type;
  failure.details.receiving_mx_hostname = host;
  failure.details.reason_code = reason;
  failure.sessions = 1;
  return failure;
}

bool may_be_used(HostVerdict verdict) {
  return verdict != HostVerdict::sts_unlisted && verdict != HostVerdict::dane_failed;
}

// RFC 8461 §5: in mode testing mail goes to the host all the same.
bool is_unlisted_in_testing(const DomainVerdict& verdict, const StsResult& sts) {
  if (verdict.rule != DomainRule::testing && verdict.rule != DomainRule::dane_some) return false;
  if (!sts.policy || sts.policy->policy.mode != PolicyMode::testing) return false;
  if (verdict.hosts.empty() || verdict.hosts.front().verdict != HostVerdict::sts_testing) {
    return false;
  }
  const auto host = Domain::parse_ascii(verdict.hosts.front().host);
  return !host || !sts.policy->policy.allows(*host);
}

class EventFinder {
 public:
  EventFinder(const NextHop& hop, const TlsPolicyResult& result)
      : hop_(hop),
        result_(result),
        sts_{describe_policy(hop.domain, result.sts.policy), 0, 0, {}} {}

  std::optional<DomainResults> find() {
    const DomainVerdict& verdict = result_.verdict;
    if (verdict.rule == DomainRule::dane) return std::nullopt;
    find_policy_failure();
    // The hosts an MTA passes over: in front of the first that it may use.
    for (const auto& host : verdict.hosts) {
      if (may_be_used(host.verdict)) break;
      add_left_out(host);
    }
    if (is_unlisted_in_testing(verdict, result_.sts)) add_unlisted(verdict.hosts.front().host);
    if (!sts_.details.empty()) policies_.push_back(std::move(sts_));
    if (policies_.empty()) return std::nullopt;
    return DomainResults{Day{}, hop_.domain, "", std::move(policies_)};
  }

 private:
  void find_policy_failure() {
    const auto& failure = result_.sts.failure;
    if (!failure) return;
    CountedFailure counted;
    counted.details.type = failure->type;
    counted.details.reason_code = failure->reason;
    bound(counted.details);
    counted.sessions = 1;
    sts_.details.push_back(std::move(counted));
    if (result_.sts.state != StsState::applies) ++sts_.failures;
  }

  void add_unlisted(const std::string& host) {
    // RFC 8460 §4.3.3: no registered type is closer.
    sts_.details.push_back(failure_at(ResultType::validation_failure, host, kUnlistedReason));
    ++sts_.failures;
  }

  void add_left_out(const MxVerdict& host) {
    if (host.verdict == HostVerdict::sts_unlisted) return add_unlisted(host.host);
    PolicyResults dane;
    dane.policy = ReportedPolicy{PolicyType::tlsa, host.host, {}, {}};
    dane.failures = 1;
    dane.details.push_back(failure_at(ResultType::dnssec_invalid, host.host, kDaneFailedReason));
    policies_.push_back(std::move(dane));
  }

  const NextHop& hop_;
  const TlsPolicyResult& result_;
  PolicyResults sts_;
  std::vector<PolicyResults> policies_;
};

}  // namespace

std::optional<DomainResults> find_tls_events(const NextHop& hop, const TlsPolicyResult& result) {
  return EventFinder(hop, result).find();
}

std::uint64_t answers_per_attempt(const DomainVerdict& verdict) {
  std::uint64_t answers = 0;
  for (const auto& host : verdict.hosts) {
    if (may_be_used(host.verdict)) return answers + 1;
    ++answers;
  }
  return std::max<std::uint64_t>(answers, 1);
}

DomainResults times(DomainResults results, std::uint64_t attempts) {
  for (auto& policy : results.policies) {
    policy.successes *= attempts;
    policy.failures *= attempts;
    for (auto& failure : policy.details) failure.sessions *= attempts;
  }
  return results;
}

}  // namespace strictmx
