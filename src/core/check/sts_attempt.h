// core/check/sts_attempt.h: TXT records that were meant for MTA-STS, whatever is wrong with them. A
// sender drops what does not begin with "v=STSv1;" (RFC 8461 §3.1); its owner wants to know why.
// Pure, on top of the sender's own parser (core/sts_record).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/check/check_view.h"

namespace strictmx {

enum class StsAttempt : std::uint8_t {
  other,         // nothing to do with MTA-STS
  record,        // begins as it must; the rest may be wrong
  no_delimiter,  // "v=STSv1" and no ";"
  version,       // another spelling of it, or not at the front
  quoted,        // quotes or backslashes that belong to a zone file
  not_ascii,     // typographic quotes, other blanks
};
StsAttempt classify_sts_attempt(std::string_view rr);

// One field behind the version, as far as it can be told apart.
struct StsField {
  std::string_view text;   // trimmed
  std::string_view name;   // before the first "="
  std::string_view value;  // behind it
  bool has_equals = false;
};
// The views point into `rr`. At most 64; the empty one behind a final ";" is left out.
std::vector<StsField> loose_sts_fields(std::string_view rr);

// Somebody meant to publish MTA-STS: a record at the right place, good or not, or elsewhere.
bool means_sts(const CheckFacts& facts);

// The same, or what the policy host serves is a policy, good or not.
bool means_policy(const CheckView& view);

}  // namespace strictmx
