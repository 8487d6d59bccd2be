// core/mx_pattern_fault.h: why the value of an "mx" line of a policy is no pattern, and what was
// meant (RFC 8461 §3.2). Pure, on top of the sender's own parser (core/mx_pattern).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace strictmx {

struct MxPatternFault {
  std::string_view id;  // of a finding, "sts-pol-mx-url"
  std::string better;   // policy lines; empty where nobody can tell
};

// `value` is trimmed. Absent: it is a pattern.
std::optional<MxPatternFault> fault_of_mx_pattern(std::string_view value);

// A key that was surely meant to be "mx".
bool is_mx_typo(std::string_view key);

}  // namespace strictmx
