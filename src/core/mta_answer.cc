#include "core/mta_answer.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxReason = 200;

// Postfix refuses longer replies (socketmap_max_reply_size). A pattern costs fewer octets here than
// its line does in the policy, a host at most 253 and a colon.
constexpr std::size_t kMaxAnswer = 100000;
constexpr std::size_t kFrame = 100;  // all that is not names
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

// The reason holds words of ours only; this keeps the answer one line whatever happens.
std::string one_line(std::string_view reason) {
  std::string line(reason.substr(0, kMaxReason));
  std::replace_if(line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line.empty() ? "temporary failure" : line;
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
  return MtaAnswer{MtaStatus::temp, one_line(verdict.reason)};
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
