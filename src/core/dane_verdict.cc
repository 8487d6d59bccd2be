#include "core/dane_verdict.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace strictmx {

namespace {

struct Tally {
  std::size_t usable = 0;
  std::size_t unusable = 0;
  std::size_t open = 0;  // reachable without DANE
  std::string failed;    // one host whose look-up failed
};

Tally count(const std::vector<DaneHost>& hosts) {
  Tally tally;
  for (const auto& host : hosts) {
    switch (host.state) {
      case DaneState::usable:
        ++tally.usable;
        break;
      case DaneState::unusable:
        ++tally.unusable;
        break;
      case DaneState::none:
        ++tally.open;
        break;
      case DaneState::failed:
        tally.failed = host.host;
        break;
      case DaneState::unreachable:
        break;
    }
  }
  return tally;
}

// Names that are no host names have no TLSA records and were not looked at.
std::size_t mail_hosts_looked_at(const MxAnswer& mx) {
  if (mx.meta.status == DnsStatus::no_data) return 1;
  return std::min(mx.hosts.size(), kMaxDaneHosts);
}

// The host's verdict by DANE, or nullopt where MTA-STS has the say.
std::optional<HostVerdict> host_verdict(DaneState state, HostVerdict sts) {
  switch (state) {
    case DaneState::usable:
      return HostVerdict::dane;
    case DaneState::unusable:  // RFC 7672 §2.2 wants encryption only; an enforce policy wants more
      if (sts == HostVerdict::sts_enforce || sts == HostVerdict::sts_unlisted) return std::nullopt;
      return HostVerdict::dane_encrypt;
    case DaneState::failed:
      return HostVerdict::dane_failed;
    case DaneState::none:
    case DaneState::unreachable:
      return std::nullopt;
  }
  return HostVerdict::dane_failed;
}

void mark_hosts(DomainVerdict& verdict, const std::vector<DaneHost>& dane) {
  if (verdict.hosts.empty()) {
    for (const auto& host : dane) verdict.hosts.push_back(MxVerdict{host.host, HostVerdict::none});
  }
  std::map<std::string_view, DaneState> states;
  for (const auto& host : dane) states.emplace(host.host, host.state);
  for (auto& host : verdict.hosts) {
    const auto state = states.find(host.host);
    if (state == states.end()) continue;
    if (const auto by_dane = host_verdict(state->second, host.verdict)) host.verdict = *by_dane;
  }
}

// A domain answer of MTA-STS speaks for hosts with TLSA records too: their certificates must then
// satisfy PKIX. Hosts whose look-up failed stay out.
DomainVerdict enforce_rest(DomainVerdict verdict, const std::string& failed) {
  for (auto& host : verdict.hosts) {
    if (host.verdict != HostVerdict::dane) continue;
    const auto name = Domain::parse_ascii(host.host);
    const bool listed = name && verdict.policy->policy.allows(*name);
    host.verdict = listed ? HostVerdict::sts_enforce : HostVerdict::sts_unlisted;
  }
  const bool any = std::any_of(verdict.hosts.begin(), verdict.hosts.end(), [](const auto& host) {
    return host.verdict == HostVerdict::sts_enforce;
  });
  if (any) return verdict;
  verdict.rule = DomainRule::defer;
  verdict.reason = failed.empty() ? "no MX host may be used" : "DANE look-up failed for " + failed;
  return verdict;
}

}  // namespace

DomainVerdict apply_dane(DomainVerdict sts, const std::optional<MxAnswer>& mx,
                         const std::vector<DaneHost>& dane) {
  if (mx && mx->meta.status == DnsStatus::bogus) {  // RFC 7672 §2.1.2
    sts.rule = DomainRule::defer;
    sts.reason = "the MX records are forged or wrongly signed";
    return sts;
  }
  if (!mx || mx->meta.trust != DnsTrust::secure || dane.empty()) return sts;
  const Tally tally = count(dane);
  const bool complete =
      tally.open == 0 && tally.unusable == 0 && dane.size() == mail_hosts_looked_at(*mx);
  mark_hosts(sts, dane);
  if (tally.usable > 0 && complete) {
    sts.rule = DomainRule::dane;
    sts.reason = fmt::format("TLSA records for all {} MX hosts", tally.usable);
    return sts;
  }
  if (sts.rule == DomainRule::enforce) return enforce_rest(std::move(sts), tally.failed);
  if (sts.rule == DomainRule::enforce_pattern || sts.rule == DomainRule::defer) return sts;
  const std::size_t answered = tally.usable + tally.unusable + tally.open;
  if (!tally.failed.empty() && answered == 0) {
    sts.rule = DomainRule::defer;
    sts.reason = "DANE look-up failed for " + tally.failed;
  } else if (!tally.failed.empty() || tally.usable + tally.unusable > 0) {
    sts.rule = DomainRule::dane_some;
    sts.reason =
        fmt::format("TLSA records for {} of {} MX hosts{}{}", tally.usable + tally.unusable,
                    dane.size(), tally.failed.empty() ? "" : "; look-up failed for ", tally.failed);
  }
  return sts;
}

}  // namespace strictmx
