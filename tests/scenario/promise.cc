#include "scenario/promise.h"

#include <algorithm>

#include "base/text.h"
#include "core/dane.h"
#include "core/verdict.h"
#include "flow/sts_lookup.h"

namespace strictmx::scenario {

namespace {

// A reply without policy is given for at most twice the longest hold.
constexpr Seconds kOldestReply = 2 * kLongestHold;

// The name of a "match" list or a pattern, all of which the policy must allow.
bool allows(const StsPolicy& policy, std::string_view name) {
  const auto host = Domain::parse_ascii(name);
  return std::any_of(policy.mx.begin(), policy.mx.end(), [&](const MxPattern& pattern) {
    return pattern.postfix_text() == name || pattern.text() == name ||
           (host && pattern.matches(*host));
  });
}

bool is_bad(const DnsMeta& meta) { return is_failure(meta.status); }

}  // namespace

std::optional<KnownPolicy> Promise::enforced(const std::string& domain, WallTime now) const {
  const auto known = world_.known.find(domain);
  if (known == world_.known.end() || !known->second.is_live(now) ||
      known->second.policy.mode != PolicyMode::enforce) {
    return std::nullopt;
  }
  return known->second;
}

// "OK secure match=NAME:NAME servername=hostname policy_type=sts mx_host_pattern=NAME {...}"
bool Promise::holds(const std::string& answer, const std::string& domain,
                    const std::optional<KnownPolicy>& policy) const {
  if (!policy || answer.starts_with("TEMP ")) return true;
  if (answer == "OK dane-only") {
    const auto now = world_.clock.elapsed();
    const auto seen = dane_seen_.find(domain);
    return protected_by_dane(domain) ||
           (seen != dane_seen_.end() && now - seen->second <= kOldestReply) ||
           (mixed_at_ && now - *mixed_at_ <= kOldestReply);
  }
  const std::string_view start = "OK secure match=";
  const std::string_view level = " servername=hostname";
  if (!answer.starts_with(start)) return false;
  auto rest = std::string_view(answer).substr(start.size());
  const auto end = rest.find(level);
  if (end == std::string_view::npos) return false;
  for (const auto name : split(rest.substr(0, end), ':')) {
    if (!allows(policy->policy, name)) return false;
  }
  for (const auto word : split(rest.substr(end + level.size()), ' ')) {
    const std::string_view pattern = "mx_host_pattern=";
    if (word.starts_with(pattern) && !allows(policy->policy, word.substr(pattern.size()))) {
      return false;
    }
  }
  return true;
}

bool Promise::holds_an_earlier_one(const std::string& answer, const std::string& domain,
                                   WallTime now) const {
  return std::any_of(world_.fetched.begin(), world_.fetched.end(), [&](const KnownPolicy& policy) {
    return policy.domain.text() == domain && policy.policy.mode == PolicyMode::enforce &&
           policy.is_live(now) && holds(answer, domain, policy);
  });
}

void Promise::note_dane(const std::string& domain) {
  if (protected_by_dane(domain)) dane_seen_[domain] = world_.clock.elapsed();
}

// Every MX host of a signed MX set has usable, signed TLSA records, or the domain as a host of its
// own, which is what brackets ask for.
bool Promise::protected_by_dane(const std::string& domain) const {
  if (world_.addresses.contains(domain) && host_has_dane(domain)) return true;
  const auto mx = world_.mx.find(domain);
  if (mx == world_.mx.end() || mx->second.meta.trust != DnsTrust::secure) return false;
  const auto hosts = mail_hosts(Domain::parse(domain).value(), mx->second);
  return !hosts.empty() && std::all_of(hosts.begin(), hosts.end(),
                                       [&](const auto& host) { return host_has_dane(host); });
}

// Or no mail can go there: it has no address, or a look-up fails.
bool Promise::host_has_dane(const std::string& host) const {
  const auto address = world_.addresses.find(host);
  if (address == world_.addresses.end() || address->second.addresses.empty()) return true;
  std::vector<std::string> bases = {host};
  const DnsMeta& meta = address->second.meta;
  if (meta.trust != DnsTrust::secure) {
    const auto alias = world_.cnames.find(host);
    if (meta.canonical.empty() || alias == world_.cnames.end()) return false;
    if (is_bad(alias->second.meta)) return true;
    if (alias->second.meta.trust != DnsTrust::secure) return false;
  } else if (!meta.canonical.empty()) {
    bases.insert(bases.begin(), meta.canonical);
  }
  for (const auto& base : bases) {
    const auto tlsa = world_.tlsa.find(base);
    if (tlsa == world_.tlsa.end()) continue;
    if (is_bad(tlsa->second.meta)) return true;
    if (tlsa->second.meta.trust != DnsTrust::secure || tlsa->second.records.empty()) continue;
    return classify_tlsa(tlsa->second.records) == DaneState::usable;
  }
  return false;
}

}  // namespace strictmx::scenario
