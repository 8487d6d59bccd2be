#include "core/host_demand.h"

#include <algorithm>

namespace strictmx {

std::optional<HostVerdict> find_verdict(const DomainVerdict& verdict, const Domain& host) {
  const auto known = std::find_if(verdict.hosts.begin(), verdict.hosts.end(),
                                  [&](const MxVerdict& mx) { return mx.host == host.text(); });
  if (known != verdict.hosts.end()) return known->verdict;
  switch (verdict.rule) {
    case DomainRule::none:
      return HostVerdict::none;
    case DomainRule::testing:
      return HostVerdict::sts_testing;
    case DomainRule::enforce:
    case DomainRule::enforce_pattern:
      if (!verdict.policy) return std::nullopt;
      return verdict.policy->policy.allows(host) ? HostVerdict::sts_enforce
                                                 : HostVerdict::sts_unlisted;
    case DomainRule::dane:
    case DomainRule::dane_some:
    case DomainRule::defer:
      break;
  }
  return std::nullopt;
}

bool may_use(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::none:
    case HostVerdict::sts_testing:
    case HostVerdict::sts_enforce:
    case HostVerdict::dane:
    case HostVerdict::dane_encrypt:
      return true;
    case HostVerdict::sts_unlisted:
    case HostVerdict::dane_failed:
      break;
  }
  return false;
}

TlsDemand tls_demand(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::none:
    case HostVerdict::sts_testing:
      return TlsDemand::opportunistic;
    case HostVerdict::sts_enforce:
    case HostVerdict::sts_unlisted:
      return TlsDemand::pkix;
    case HostVerdict::dane:
    case HostVerdict::dane_failed:
      return TlsDemand::dane;
    case HostVerdict::dane_encrypt:
      return TlsDemand::encrypt;
  }
  return TlsDemand::pkix;
}

std::string_view name_of(TlsDemand demand) {
  switch (demand) {
    case TlsDemand::opportunistic:
      return "opportunistic";
    case TlsDemand::encrypt:
      return "encrypt";
    case TlsDemand::pkix:
      return "pkix";
    case TlsDemand::dane:
      return "dane";
  }
  return "pkix";
}

// RFC 8689 §4.2.1: the host's name and its certificate must both be authenticated.
bool has_requiretls_path(HostVerdict verdict) {
  return verdict == HostVerdict::sts_enforce || verdict == HostVerdict::dane;
}

}  // namespace strictmx
