// base/time.h: wall time and monotonic time are different types, so that they cannot be mixed.
// Policies age by wall time (they survive restarts), everything inside one run by monotonic time.
// Nothing below src/service reads a clock: the time arrives as a parameter.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace strictmx {

using Seconds = std::chrono::seconds;
using Millis = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<Seconds>;         // UTC
using MonoTime = std::chrono::steady_clock::time_point;  // since an arbitrary start

struct Now {
  WallTime wall;
  MonoTime mono;
};

// Where the time comes from: the system, or a test.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() const = 0;
};

class SystemClock : public Clock {
 public:
  Now now() const override;
};

// "2026-11-24T20:56:00Z" (RFC 3339 with seconds and upper-case letters).
std::string format_utc(WallTime when);

// The same form and no other; years 1970 to 9999.
std::optional<WallTime> parse_utc(std::string_view text);

}  // namespace strictmx
