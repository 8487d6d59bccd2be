// core/pin.h: a policy that an operator holds fast: while the pin holds, it applies whatever its
// max_age says and whatever the domain publishes, against a policy host in wrong hands. Only
// policies of mode enforce are pinned, so that a pin never weakens. Pure.
// As text it is a line of docs/formats/policy-export.md with two members more.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/known_policy.h"

namespace strictmx {

struct Pin {
  KnownPolicy policy;  // as it was when it was pinned
  WallTime pinned_at;
  std::optional<WallTime> until;  // absent: until it is taken away

  bool holds(WallTime now) const { return !until || now < *until; }
  // The policy as the pin makes it apply: fetched now, so to say.
  KnownPolicy applying(WallTime now) const;
};

// Without the line's end.
std::string format_pin_line(const Pin& pin);

// Errors: as of parse_export_line(), and Errc::out_of_range for another mode than enforce. A time
// in the future is none: a clock that is wrong at start must not cost a pin.
Result<Pin> parse_pin_line(std::string_view line);

}  // namespace strictmx
