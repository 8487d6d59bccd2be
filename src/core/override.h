// core/override.h: what an operator decides for a domain, against what the domain publishes. Pure.
// One line each, words separated by blanks:
//   broken.example none until=2026-12-31 reason='certificate renewal'
//   partner.example enforce mx=mx1.partner.example,*.pool.partner.example
//   signed.example dane-only
// Limits: 4096 octets a line, 100 patterns.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/verdict.h"

namespace strictmx {

enum class OverrideRule : std::uint8_t {
  none,       // as if the domain published nothing
  enforce,    // authenticated TLS, only to hosts that `mx` allows
  dane_only,  // DANE or no delivery
};

struct Override {
  Domain domain;
  OverrideRule rule;
  std::vector<MxPattern> mx;      // for enforce, at least one
  std::optional<WallTime> until;  // the end of that day in UTC; absent: for ever
  std::string reason;             // the operator's words; may be empty

  bool operator==(const Override&) const = default;
};

// Errors: Errc::syntax, Errc::too_large, Errc::out_of_range; the detail repeats the word at fault.
Result<Override> parse_override(std::string_view line);

// What holds for the domain now; nullopt when the override has ended.
std::optional<DomainVerdict> decide_by_override(const Override& override, WallTime now);

}  // namespace strictmx
