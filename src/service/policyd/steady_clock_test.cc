#include "service/policyd/steady_clock.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace strictmx {

namespace {

class SetClock : public Clock {
 public:
  Now now() const override { return value; }
  void pass(Seconds time) { value = Now{value.wall + time, value.mono + time}; }
  void jump(Seconds time) { value.wall += time; }
  Now value{WallTime{Seconds{1'790'000'000}}, MonoTime{} + Seconds{1000}};
};

class CountingLog : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::span<const LogField>) override { ++lines; }
  int lines = 0;
};

struct Bed {
  SetClock raw;
  CountingLog log;
  SteadyClock clock{raw, log};
};

constexpr Seconds kYear{365 * 86400};

}  // namespace

TEST_CASE("STS-C11 time passes, and small corrections are followed") {
  Bed bed;
  bed.raw.pass(kYear);
  CHECK(bed.clock.now().wall == bed.raw.value.wall);
  bed.raw.jump(Seconds{-3600});
  CHECK(bed.clock.now().wall == bed.raw.value.wall);
  CHECK(bed.log.lines == 0);
}

TEST_CASE("STS-C11 a jump is not believed for a day, then it is") {
  for (const Seconds jump : {10 * kYear, Seconds{-86400}, Seconds{7200}, Seconds{-7200}}) {
    Bed bed;
    const WallTime before = bed.clock.now().wall;
    bed.raw.jump(jump);
    bed.raw.pass(Seconds{60});
    CHECK(bed.clock.now().wall == before + Seconds{60});
    bed.raw.pass(Seconds{86399});
    CHECK(bed.clock.now().wall == before + Seconds{86459});
    CHECK(bed.log.lines == 1);
    bed.raw.pass(Seconds{1});
    CHECK(bed.clock.now().wall == bed.raw.value.wall);
  }
}

TEST_CASE("STS-C11 a clock that comes back is followed at once") {
  Bed bed;
  bed.raw.jump(kYear);
  (void)bed.clock.now();
  bed.raw.jump(-kYear);
  bed.raw.pass(Seconds{10});
  CHECK(bed.clock.now().wall == bed.raw.value.wall);
}

TEST_CASE("STS-C11 a clock that was set wrong before the start is not believed either") {
  Bed bed;
  const WallTime before = bed.clock.now().wall;
  bed.raw.jump(10 * kYear);
  SteadyClock restarted{bed.raw, bed.log};
  restarted.expect(before);
  bed.raw.pass(Seconds{60});
  CHECK(restarted.now().wall == before + Seconds{60});
  CHECK(bed.log.lines == 1);
}

}  // namespace strictmx
