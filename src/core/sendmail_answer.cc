#include "core/sendmail_answer.h"

#include <set>
#include <vector>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::string_view kBefore = "secure match=";
constexpr std::string_view kBehind = " servername=hostname";
constexpr std::size_t kNamesRoom =
    kMaxSendmailAnswer - std::string_view("OK ").size() - kBefore.size() - kBehind.size();

std::vector<std::string> names_of(const DomainVerdict& verdict) {
  std::vector<std::string> names;
  if (verdict.rule == DomainRule::enforce) {
    for (const auto& host : verdict.hosts) {
      if (host.verdict == HostVerdict::sts_enforce) names.push_back(host.host);
    }
  } else if (verdict.policy) {
    // Sendmail reads ".example.com" as RFC 8461 §4.1 wants it: one label before the dot.
    for (const auto& pattern : verdict.policy->policy.mx) names.push_back(pattern.postfix_text());
  }
  return names;
}

// Each that still fits.
MtaAnswer answer_names(const std::vector<std::string>& names) {
  std::vector<std::string> fitting;
  std::set<std::string_view> seen;
  std::size_t used = 0;
  for (const auto& name : names) {
    const std::size_t cost = name.size() + (fitting.empty() ? 0 : 1);
    if (used + cost > kNamesRoom || !seen.insert(name).second) continue;
    used += cost;
    fitting.push_back(name);
  }
  if (fitting.empty()) return MtaAnswer{MtaStatus::temp, std::string(kSendmailTooLong)};
  std::string data(kBefore);
  data += join(fitting, ":");
  data += kBehind;
  return MtaAnswer{MtaStatus::ok, std::move(data)};
}

}  // namespace

MtaAnswer format_sendmail_answer(const DomainVerdict& verdict) {
  switch (verdict.rule) {
    case DomainRule::none:
    case DomainRule::testing:
    case DomainRule::dane:  // Sendmail looks up TLSA itself (confDANE)
    case DomainRule::dane_some:
      return MtaAnswer{MtaStatus::not_found, ""};
    case DomainRule::enforce:
    case DomainRule::enforce_pattern:
      return answer_names(names_of(verdict));
    case DomainRule::defer:
      break;
  }
  return MtaAnswer{MtaStatus::temp, one_line_reason(verdict.reason)};
}

}  // namespace strictmx
