// core/sts_policy.h: the MTA-STS policy file (RFC 8461 §3.2). Pure.
// Limits: a body of 65536 octets (suggested in §3.3), which also bounds the mx lines.
// Tolerated beyond the grammar, with a warning: empty or blank lines and one byte order mark,
// because ignoring an enforce policy for its looks is the unsafe side. Lines end at octet 0A only,
// with one 0D before it or without.
// Not here: fetching (net/policy_fetch), storing (store/policy_store), deciding (flow/sts_lookup).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/mx_pattern.h"

namespace strictmx {

// What a sender does when validation fails (RFC 8461 §5). Names are the wire tokens.
enum class PolicyMode { none, testing, enforce };
std::string_view name_of(PolicyMode mode);

constexpr std::size_t kMaxPolicyBytes = 65536;  // RFC 8461 §3.3
constexpr Seconds kMaxMaxAge{31557600};         // RFC 8461 §3.2

struct StsPolicy {
  PolicyMode mode = PolicyMode::none;
  Seconds max_age{0};         // 0..31557600, counted from the fetch; larger values are capped
  std::vector<MxPattern> mx;  // in file order; may be empty only for mode none

  // True when the host is named by at least one pattern (RFC 8461 §4.1).
  bool allows(const Domain& mx_host) const;
};

// The name of a field: of a known one, or of an extension (RFC 8461 §3.2).
bool is_policy_key(std::string_view text);

// The policy as it would be published, from its parsed fields: version, mode, one mx each, max_age
// (RFC 8461 §3.2). Without line ends.
std::vector<std::string> policy_lines(const StsPolicy& policy);

struct ParsedPolicy {
  StsPolicy policy;
  std::vector<std::string> warnings;  // "line N: ...", in file order
};

// Reads an HTTPS body. Of a repeated field other than mx the first counts (RFC 8461 §3.2); an mx
// line that is not a pattern is ignored with a warning, as an unknown extension would be.
// Errors: Errc::syntax ("line N: ..."), Errc::too_large, Errc::out_of_range.
Result<ParsedPolicy> parse_policy(std::string_view body);

// How much a remark says against publishing such a body.
enum class RemarkWeight : std::uint8_t {
  note,     // allowed
  warning,  // allowed, but senders differ or a line has no effect
  error,    // against RFC 8461 §3.2; we read it all the same, other senders may not
};

struct PolicyRemark {
  RemarkWeight weight;
  std::string text;  // "line N: ..."
};

// What can be read of a body, for lint: reading goes on after an error. With no errors it is what
// parse_policy() returns, only that max_age is as published.
struct PolicyScan {
  std::optional<PolicyMode> mode;
  std::optional<Seconds> max_age;  // at most ten digits, not capped
  std::vector<MxPattern> mx;
  std::vector<PolicyRemark> remarks;  // in file order, at most kMaxRemarks
  std::vector<Error> errors;          // likewise
};
constexpr std::size_t kMaxRemarks = 100;  // further ones are left out

PolicyScan scan_policy(std::string_view body);

}  // namespace strictmx
