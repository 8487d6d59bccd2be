// core/report/report_date.h: the dates that reporters write (RFC 8460 §4.4 asks for RFC 3339).
// Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace strictmx {

struct ReadDate {
  WallTime when;
  bool exact;  // in the form of RFC 3339
};

// Besides RFC 3339: a blank for the T, no zone (then UTC), no seconds, a date alone, hour 24, and
// seconds since 1970. Fractions of seconds are dropped. Years 1970 to 9999.
std::optional<ReadDate> read_report_date(std::string_view text);

}  // namespace strictmx
