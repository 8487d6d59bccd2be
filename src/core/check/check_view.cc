#include "core/check/check_view.h"

#include <algorithm>

namespace strictmx {

namespace {

// RFC 8461 §3.3: what a sender takes, else what it would take if nothing else were wrong.
std::optional<std::string> best_body(const PolicyHostFacts& host) {
  if (host.fetched && host.outcome.status == FetchStatus::ok) return host.outcome.body;
  for (const auto& address : host.addresses) {
    const auto& http = address.http;
    const auto* const coding = http.field("content-encoding");
    const bool plain = coding == nullptr || coding->empty() || *coding == "identity";
    if (http.status == 200 && http.end == HttpEnd::complete && plain) return http.body;
  }
  return std::nullopt;
}

// RFC 8461 §3.1, §3.3: the policy of a sender that knows nothing of the domain yet.
std::optional<StsPolicy> policy_in_force(const StsRecord* record, const PolicyHostFacts& host) {
  const bool fetched = host.fetched && host.outcome.status == FetchStatus::ok;
  if (record == nullptr || !fetched) return std::nullopt;
  auto parsed = parse_policy(host.outcome.body);
  if (!parsed) return std::nullopt;
  return std::move(parsed->policy);
}

PublishedMode mode_of(const std::optional<StsPolicy>& policy) {
  if (!policy) return PublishedMode::nothing;
  switch (policy->mode) {
    case PolicyMode::none:
      return PublishedMode::none;
    case PolicyMode::testing:
      return PublishedMode::testing;
    case PolicyMode::enforce:
      return PublishedMode::enforce;
  }
  return PublishedMode::nothing;
}

}  // namespace

CheckView::CheckView(const CheckFacts& seen)
    : facts(seen),
      txt(select_sts_record(seen.sts_txt.joined())),
      record(std::get_if<StsRecord>(&txt)),
      rpt(select_tlsrpt_record(seen.rpt_txt.joined())),
      body(best_body(seen.policy_host)),
      policy(policy_in_force(record, seen.policy_host)),
      mode(mode_of(policy)) {
  if (body) scan = scan_policy(*body);
}

bool CheckView::meant_to_enforce() const {
  if (policy) return policy->mode == PolicyMode::enforce;
  return scan && scan->mode == PolicyMode::enforce;
}

bool CheckView::covers(const MxHostFacts& host) const {
  if (!host.host) return false;
  if (policy) return policy->allows(*host.host);
  if (!scan) return false;
  return std::ranges::any_of(scan->mx,
                             [&](const MxPattern& pattern) { return pattern.matches(*host.host); });
}

}  // namespace strictmx
