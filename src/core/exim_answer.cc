#include "core/exim_answer.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "core/mta_answer.h"

namespace strictmx {

namespace {

using Patterns = std::vector<MxPattern>;

// "[.]" for a dot, which needs no escape in Exim; "*" is exactly one label (RFC 8461 §4.1).
std::string expression_of(const MxPattern& pattern) {
  std::string text;
  for (const char c : pattern.text()) {
    if (c == '.') {
      text += "[.]";
    } else if (c == '*') {
      text += "[^.]+";
    } else {
      text += c;
    }
  }
  return text;
}

// Nullopt when there is no pattern or the answer would be too long.
std::optional<std::string> answer_with(const Patterns& patterns) {
  if (patterns.empty()) return std::nullopt;
  std::string names;
  std::string expressions;
  for (const auto& pattern : patterns) {
    if (!names.empty()) {
      names += ':';
      expressions += '|';
    }
    names += pattern.text();
    expressions += expression_of(pattern);
    if (names.size() + expressions.size() > kMaxEximAnswer) return std::nullopt;
  }
  std::string answer = "mode=enforce mx=" + names + " re=^(?i:" + expressions + ")$";
  if (answer.size() > kMaxEximAnswer) return std::nullopt;
  return answer;
}

Patterns allowed_hosts(const DomainVerdict& verdict) {
  Patterns hosts;
  for (const auto& host : verdict.hosts) {
    if (host.verdict != HostVerdict::sts_enforce) continue;
    auto name = MxPattern::parse(host.host);
    if (name) hosts.push_back(*std::move(name));
  }
  return hosts;
}

// Those that allow one of the MX hosts, in the policy's order.
Patterns needed_patterns(const DomainVerdict& verdict) {
  Patterns needed;
  for (const auto& pattern : verdict.policy->policy.mx) {
    const bool used =
        std::any_of(verdict.hosts.begin(), verdict.hosts.end(), [&](const MxVerdict& host) {
          const auto name = Domain::parse_ascii(host.host);
          return name && pattern.matches(*name);
        });
    if (used) needed.push_back(pattern);
  }
  return needed;
}

// Hosts whose DANE look-up failed must not come in by a pattern: then the hosts are named.
std::string answer_enforce(const DomainVerdict& verdict) {
  const bool failed =
      std::any_of(verdict.hosts.begin(), verdict.hosts.end(),
                  [](const MxVerdict& host) { return host.verdict == HostVerdict::dane_failed; });
  if (verdict.policy && !failed) {
    if (auto answer = answer_with(verdict.policy->policy.mx)) return *std::move(answer);
    if (auto answer = answer_with(needed_patterns(verdict))) return *std::move(answer);
  }
  Patterns hosts = allowed_hosts(verdict);
  while (!hosts.empty()) {  // the most preferred half, until it fits
    if (auto answer = answer_with(hosts)) return *std::move(answer);
    hosts.erase(hosts.begin() + static_cast<std::ptrdiff_t>(hosts.size() / 2), hosts.end());
  }
  return "temp no MX host can be named";
}

}  // namespace

std::string format_exim_answer(const DomainVerdict& verdict) {
  switch (verdict.rule) {
    case DomainRule::none:
      return "mode=none ";
    case DomainRule::testing:
      return "mode=testing ";
    case DomainRule::dane:
    case DomainRule::dane_some:
      return "mode=dane ";
    case DomainRule::enforce:
    case DomainRule::enforce_pattern:
      return answer_enforce(verdict);
    case DomainRule::defer:
      break;
  }
  return "temp " + one_line_reason(verdict.reason);
}

}  // namespace strictmx
