// core/policy_export.h: stored policies as text, one JSON object on a line: what `policy export`
// writes, `policy import` and the preload list read. Format: docs/formats/policy-export.md. Pure.
#pragma once
#include <string>
#include <string_view>

#include "core/known_policy.h"

namespace strictmx {

// JSON doubles the ends of lines and quotes at most, and mx stands there twice.
constexpr std::size_t kMaxExportLine = 4 * kMaxPolicyBytes;

// Without the line's end.
std::string format_export_line(const KnownPolicy& policy);

// Reads one line by our own parsers. mode, mx and max_age may be absent; what is there must be what
// the body says. A policy fetched more than a day after `now` is refused: it would outlive all that
// are fetched until then.
// Errors: Errc::syntax, Errc::too_large, Errc::out_of_range; the detail begins with the member.
Result<KnownPolicy> parse_export_line(std::string_view line, WallTime now);

}  // namespace strictmx
