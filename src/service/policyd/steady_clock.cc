#include "service/policyd/steady_clock.h"

namespace strictmx {

Now SteadyClock::now() const {
  const Now read = raw_.now();
  const Now expected{last_.wall + std::chrono::floor<Seconds>(read.mono - last_.mono), read.mono};
  const Seconds off = read.wall - expected.wall;
  if (off <= kBelievedJump && off >= -kBelievedJump) {
    last_ = read;
    jumped_at_.reset();
    return read;
  }
  if (!jumped_at_) {
    jumped_at_ = read.mono;
    log_.error("clock_jump",
               {{"seconds", std::to_string(off.count())}, {"reads", format_utc(read.wall)}});
  }
  if (read.mono - *jumped_at_ < kDisbeliefTime) return expected;
  last_ = read;
  jumped_at_.reset();
  return read;
}

}  // namespace strictmx
