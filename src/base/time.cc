#include "base/time.h"

#include <fmt/format.h>

namespace strictmx {

Now SystemClock::now() const {
  return Now{std::chrono::time_point_cast<Seconds>(std::chrono::system_clock::now()),
             std::chrono::steady_clock::now()};
}

std::string format_utc(WallTime when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{when - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace strictmx
