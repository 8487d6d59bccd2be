#include "core/relay_answer.h"

#include <algorithm>
#include <vector>

#include "core/host_demand.h"
#include "core/mta_answer.h"

namespace strictmx {

namespace {

std::string error(std::string_view reason) {
  std::string line = one_line_reason(reason);
  std::replace(line.begin(), line.end(), '|', '/');
  return "error|" + line;
}

// Where the MX set is unknown the names that the policy itself spells out.
std::vector<std::string> allowed_hosts(const DomainVerdict& verdict) {
  std::vector<std::string> hosts;
  for (const auto& host : verdict.hosts) {
    if (host.verdict == HostVerdict::sts_enforce) hosts.push_back(host.host);
  }
  if (verdict.rule != DomainRule::enforce_pattern || !verdict.policy) return hosts;
  for (const auto& pattern : verdict.policy->policy.mx) {
    if (!pattern.wildcard() && hosts.size() < kMaxMxHosts) hosts.push_back(pattern.text());
  }
  return hosts;
}

const std::string& take_turn(const std::vector<std::string>& hosts, std::uint32_t turn) {
  if (hosts.size() == 1 || turn % 2 == 0) return hosts.front();
  return hosts[1 + turn / 2 % (hosts.size() - 1)];
}

}  // namespace

std::string format_check_answer(const DomainVerdict& verdict) {
  switch (verdict.rule) {
    case DomainRule::none:
    case DomainRule::testing:
      return "not-found";
    case DomainRule::enforce:
    case DomainRule::enforce_pattern:
      return "found";
    case DomainRule::dane:
    case DomainRule::dane_some:
      return error("DANE is demanded");
    case DomainRule::defer:
      break;
  }
  return error(verdict.reason);
}

std::string format_relay_answer(const DomainVerdict& verdict, std::uint32_t turn) {
  const std::string check = format_check_answer(verdict);
  if (check != "found") return check;
  const auto hosts = allowed_hosts(verdict);
  if (hosts.empty()) return error("no MX host can be named");
  return "found|smtp+tls://" + take_turn(hosts, turn);
}

std::string format_mx_answer(const DomainVerdict& verdict, const Domain& host) {
  const auto judged = find_verdict(verdict, host);
  if (!judged) return error(verdict.reason);
  if (may_use(*judged)) return "yes";
  return *judged == HostVerdict::dane_failed ? error("its DANE look-up failed") : "no";
}

}  // namespace strictmx
