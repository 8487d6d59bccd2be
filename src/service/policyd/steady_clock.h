// service/policyd/steady_clock.h: wall time that does not jump. Policies age by wall time; a clock
// set wrong for a while must not expire them all, nor give them negative ages.
// A wall clock more than an hour off what the monotonic clock makes of the last good reading is not
// believed for 24 hours of running; then it is. For one thread.
#pragma once
#include <optional>

#include "base/log.h"
#include "base/time.h"

namespace strictmx {

constexpr Seconds kBelievedJump{3600};
constexpr Seconds kDisbeliefTime{86400};

class SteadyClock : public Clock {
 public:
  // Both must outlive the clock.
  SteadyClock(const Clock& raw, Log& log) : raw_(raw), log_(log), last_(raw.now()) {}

  // What the wall clock should read at this moment, if that is known from before the start.
  void expect(WallTime wall) { last_.wall = wall; }

  Now now() const override;

 private:
  const Clock& raw_;
  Log& log_;
  mutable Now last_;  // a reading that was believed
  mutable std::optional<MonoTime> jumped_at_;
};

}  // namespace strictmx
