// core/end_of_day.h: a day as operators write it, "2026-12-31", for things that end with it. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace strictmx {

// The end of that day in UTC; absent when it is no day of the years 1970 to 9999 in this form.
std::optional<WallTime> parse_end_of_day(std::string_view text);

}  // namespace strictmx
