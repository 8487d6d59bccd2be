#include "core/verdict.h"

#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

namespace {

bool is_null_mx(const MxAnswer& mx) {  // RFC 7505 §3
  return mx.hosts.size() == 1 && mx.hosts.front().exchange.empty();
}

// RFC 8461 §4.1: the name in the MX record counts, not what it may be an alias of.
HostVerdict judge(const StsPolicy& policy, std::string_view exchange) {
  switch (policy.mode) {
    case PolicyMode::none:
      return HostVerdict::none;
    case PolicyMode::testing:
      return HostVerdict::sts_testing;
    case PolicyMode::enforce:
      break;
  }
  const auto host = Domain::parse_ascii(exchange);
  return host && policy.allows(*host) ? HostVerdict::sts_enforce : HostVerdict::sts_unlisted;
}

void decide_enforce(DomainVerdict& verdict, const Domain& domain) {
  if (verdict.hosts.empty()) {
    verdict.rule = DomainRule::enforce_pattern;
    verdict.reason = "enforce policy; the MX hosts are not known";
    return;
  }
  const auto listed =
      std::count_if(verdict.hosts.begin(), verdict.hosts.end(),
                    [](const MxVerdict& host) { return host.verdict == HostVerdict::sts_enforce; });
  if (listed == 0) {  // RFC 8461 §5: no delivery, for now (RFC 8461 §5.1)
    verdict.rule = DomainRule::defer;
    verdict.reason = fmt::format("no MX host of {} is listed in its MTA-STS policy", domain.text());
    return;
  }
  verdict.rule = DomainRule::enforce;
  verdict.reason =
      fmt::format("enforce policy; {} of {} MX hosts listed", listed, verdict.hosts.size());
}

}  // namespace

std::vector<std::string> mail_hosts(const Domain& domain, const MxAnswer& mx) {
  if (mx.meta.status == DnsStatus::no_data) return {domain.text()};
  if (mx.meta.status != DnsStatus::found || is_null_mx(mx)) return {};
  std::vector<std::string> hosts;
  for (const auto& host : mx.hosts) {
    if (hosts.size() == kMaxMxHosts) break;
    hosts.push_back(host.exchange);
  }
  return hosts;
}

std::string_view name_of(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::none:
      return "none";
    case HostVerdict::sts_testing:
      return "sts_testing";
    case HostVerdict::sts_enforce:
      return "sts_enforce";
    case HostVerdict::sts_unlisted:
      return "sts_unlisted";
    case HostVerdict::dane:
      return "dane";
    case HostVerdict::dane_encrypt:
      return "dane_encrypt";
    case HostVerdict::dane_failed:
      return "dane_failed";
  }
  return "none";
}

std::string_view name_of(DomainRule rule) {
  switch (rule) {
    case DomainRule::none:
      return "none";
    case DomainRule::testing:
      return "testing";
    case DomainRule::enforce:
      return "enforce";
    case DomainRule::enforce_pattern:
      return "enforce_pattern";
    case DomainRule::dane:
      return "dane";
    case DomainRule::dane_some:
      return "dane_some";
    case DomainRule::defer:
      return "defer";
  }
  return "defer";
}

DomainVerdict decide_without_policy(std::string reason) {
  DomainVerdict verdict;
  verdict.rule = DomainRule::none;
  verdict.reason = std::move(reason);
  return verdict;
}

DomainVerdict decide_deferral(std::string reason) {
  DomainVerdict verdict;
  verdict.rule = DomainRule::defer;
  verdict.reason = std::move(reason);
  return verdict;
}

DomainVerdict decide_with_policy(KnownPolicy policy, const std::optional<MxAnswer>& mx) {
  DomainVerdict verdict;
  if (mx) {
    for (auto& host : mail_hosts(policy.domain, *mx)) {
      const HostVerdict judged = judge(policy.policy, host);
      verdict.hosts.push_back(MxVerdict{std::move(host), judged});
    }
  }
  switch (policy.policy.mode) {
    case PolicyMode::none:
      verdict.rule = DomainRule::none;  // RFC 8461 §5
      verdict.reason = "the policy's mode is none";
      break;
    case PolicyMode::testing:
      verdict.rule = DomainRule::testing;  // RFC 8461 §5
      verdict.reason = "the policy's mode is testing";
      break;
    case PolicyMode::enforce:
      decide_enforce(verdict, policy.domain);
      break;
  }
  verdict.policy = std::move(policy);
  return verdict;
}

}  // namespace strictmx
