#include "core/mta_answer.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.h"
#include "core/sendmail_answer.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxReason = 200;

// Postfix refuses longer replies (socketmap_max_reply_size). A pattern costs fewer octets here than
// its line does in the policy, a host at most 253 and a colon.
constexpr std::size_t kMaxAnswer = 100000 - 3;  // without "OK "
constexpr std::size_t kFrame = 100;             // all that is not names
static_assert(kMaxPolicyBytes + kFrame < kMaxAnswer);
static_assert(kMaxMxHosts * 254 + kFrame < kMaxAnswer);

// Words that a "match" list does not read as names (Postfix smtp_tls_secure_cert_match).
constexpr std::array<std::string_view, 3> kMatchWords = {"hostname", "nexthop", "dot-nexthop"};

// Collects the names of a "match" list, each once, in the order they come.
class MatchList {
 public:
  void add(const std::string& name) {
    const bool special =
        std::find(kMatchWords.begin(), kMatchWords.end(), name) != kMatchWords.end();
    if (!special && seen_.insert(name).second) names_.push_back(name);
  }

  // Postfix: "secure" authenticates by the roots, "servername" is the SNI (RFC 8461 §7.1).
  MtaAnswer answer(std::string_view nothing) const {
    if (names_.empty()) return MtaAnswer{MtaStatus::temp, std::string(nothing)};
    return MtaAnswer{MtaStatus::ok, "secure match=" + join(names_, ":") + " servername=hostname"};
  }

 private:
  std::set<std::string> seen_;
  std::vector<std::string> names_;
};

MtaAnswer answer_hosts(const DomainVerdict& verdict) {
  MatchList list;
  for (const auto& host : verdict.hosts) {
    if (host.verdict == HostVerdict::sts_enforce) list.add(host.host);
  }
  return list.answer("no MX host can be named");
}

MtaAnswer answer_patterns(const DomainVerdict& verdict) {
  MatchList list;
  if (verdict.policy) {
    for (const auto& pattern : verdict.policy->policy.mx) list.add(pattern.postfix_text());
  }
  return list.answer("no MX pattern can be named");
}

bool enforces(const DomainVerdict& verdict) {
  return verdict.policy && verdict.policy->policy.mode == PolicyMode::enforce;
}

bool has(const DomainVerdict& verdict, HostVerdict wanted) {
  return std::any_of(verdict.hosts.begin(), verdict.hosts.end(),
                     [&](const MxVerdict& host) { return host.verdict == wanted; });
}

// Whether the reason to defer is only that the MX hosts and the policy do not fit.
bool only_unlisted(const DomainVerdict& verdict) {
  return enforces(verdict) && verdict.rule == DomainRule::defer && !verdict.hosts.empty() &&
         std::all_of(verdict.hosts.begin(), verdict.hosts.end(), [](const MxVerdict& host) {
           return host.verdict == HostVerdict::sts_unlisted;
         });
}

// The patterns as Postfix is to apply them to MX names. A host whose DANE look-up failed must not
// come in by a pattern: then the hosts are named one by one.
std::string mx_patterns(const DomainVerdict& verdict) {
  std::string text;
  if (has(verdict, HostVerdict::dane_failed)) {
    for (const auto& host : verdict.hosts) {
      if (host.verdict == HostVerdict::sts_enforce) text += " mx_host_pattern=" + host.host;
    }
    return text;
  }
  for (const auto& pattern : verdict.policy->policy.mx) {
    text += " mx_host_pattern=" + pattern.text();
  }
  return text;
}

// Only the patterns that allow one of the MX hosts.
std::string needed_patterns(const DomainVerdict& verdict) {
  std::set<std::string> needed;
  for (const auto& host : verdict.hosts) {
    const auto name = Domain::parse_ascii(host.host);
    if (!name || host.verdict != HostVerdict::sts_enforce) continue;
    for (const auto& pattern : verdict.policy->policy.mx) {
      if (pattern.matches(*name)) needed.insert(" mx_host_pattern=" + pattern.text());
    }
  }
  std::string text;
  for (const auto& pattern : needed) text += pattern;
  return text;
}

// RFC 8460 §4.4: the policy's lines, one attribute each.
std::string policy_strings(const StsPolicy& policy) {
  std::string text;
  for (const auto& line : policy_lines(policy)) text += " { policy_string = " + line + " }";
  return text;
}

// The longest of the forms that Postfix can read.
MtaAnswer with_attributes(const MtaAnswer& base, const DomainVerdict& verdict) {
  const std::string head =
      base.data + " policy_type=sts policy_domain=" + verdict.policy->domain.text();
  const std::string patterns = mx_patterns(verdict);
  const std::string whole = head + patterns + policy_strings(verdict.policy->policy);
  if (whole.size() <= kMaxAnswer) return MtaAnswer{MtaStatus::ok, whole};
  if (head.size() + patterns.size() <= kMaxAnswer) {
    return MtaAnswer{MtaStatus::ok, head + patterns};
  }
  const std::string needed = needed_patterns(verdict);
  if (needed.empty() || head.size() + needed.size() > kMaxAnswer) return base;
  return MtaAnswer{MtaStatus::ok, head + needed};
}

}  // namespace

MtaAnswer format_postfix_answer(const DomainVerdict& verdict) {
  switch (verdict.rule) {
    case DomainRule::none:
    case DomainRule::testing:
      return MtaAnswer{MtaStatus::not_found, ""};  // RFC 8461 §5
    case DomainRule::enforce:
      return answer_hosts(verdict);
    case DomainRule::enforce_pattern:
      return answer_patterns(verdict);
    case DomainRule::dane:  // Postfix looks up TLSA itself and insists on it
      return MtaAnswer{MtaStatus::ok, "dane-only"};
    case DomainRule::dane_some:  // Postfix insists where there is TLSA
      return MtaAnswer{MtaStatus::ok, "dane"};
    case DomainRule::defer:
      break;
  }
  return MtaAnswer{MtaStatus::temp, one_line_reason(verdict.reason)};
}

MtaAnswer format_postfix_tlsrpt_answer(const DomainVerdict& verdict) {
  const MtaAnswer base =
      only_unlisted(verdict) ? answer_patterns(verdict) : format_postfix_answer(verdict);
  const bool by_policy = verdict.rule == DomainRule::enforce ||
                         verdict.rule == DomainRule::enforce_pattern || only_unlisted(verdict);
  if (base.status != MtaStatus::ok || !by_policy) return base;
  return with_attributes(base, verdict);
}

// Our reasons hold words of ours only; this keeps the answer one line whatever happens.
std::string one_line_reason(std::string_view reason) {
  std::string line(reason.substr(0, kMaxReason));
  std::replace_if(line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line.empty() ? "temporary failure" : line;
}

Dialect dialect_of(std::string_view map) {
  if (equals_ignore_case(map, "sts")) return Dialect::sendmail;
  const bool tlsrpt =
      equals_ignore_case(map, "postfix-tlsrpt") || equals_ignore_case(map, "QUERYwithTLSRPT");
  return tlsrpt ? Dialect::postfix_tlsrpt : Dialect::postfix;
}

MtaAnswer format_answer(Dialect dialect, const DomainVerdict& verdict) {
  switch (dialect) {
    case Dialect::postfix:
      return format_postfix_answer(verdict);
    case Dialect::postfix_tlsrpt:
      return format_postfix_tlsrpt_answer(verdict);
    case Dialect::sendmail:
      return format_sendmail_answer(verdict);
  }
  return format_postfix_answer(verdict);
}

std::string socketmap_payload(const MtaAnswer& answer) {
  switch (answer.status) {
    case MtaStatus::ok:
      return "OK " + answer.data;
    case MtaStatus::not_found:
      return "NOTFOUND ";
    case MtaStatus::temp:
      break;
  }
  return "TEMP " + answer.data;
}

}  // namespace strictmx
