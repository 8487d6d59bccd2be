#include "store/clock_mark.h"

#include <doctest/doctest.h>

#include "store/test_support.h"

namespace strictmx {

namespace {

constexpr WallTime kWall{Seconds{1'790'000'000}};
const ClockMark kMark{"boot-1", Seconds{1000}, kWall};

}  // namespace

TEST_CASE("a clock mark is read as it was written, and nothing else is one") {
  const std::string text = format_clock_mark(kMark);
  CHECK(text == "boot-1 1000 2026-09-21T14:13:20Z\n");
  const auto read = parse_clock_mark(text);
  REQUIRE(read);
  CHECK(read->boot == kMark.boot);
  CHECK(read->uptime == kMark.uptime);
  CHECK(read->wall == kMark.wall);
  for (std::size_t size = 0; size < text.size(); ++size) {
    CHECK_FALSE(parse_clock_mark(text.substr(0, size)));
  }
  CHECK_FALSE(parse_clock_mark("boot-1 -5 2026-09-21T14:13:20Z\n"));
  CHECK_FALSE(parse_clock_mark("boot-1 10x 2026-09-21T14:13:20Z\n"));
  CHECK_FALSE(parse_clock_mark(" 10 2026-09-21T14:13:20Z\n"));
  CHECK_FALSE(parse_clock_mark("\n"));
}

TEST_CASE("STS-C11 what the wall clock should read is known within one boot") {
  const ClockMark later{"boot-1", Seconds{4600}, kWall + Seconds{86400 * 3650}};
  CHECK(expect_wall(kMark, later) == kWall + Seconds{3600});
  CHECK_FALSE(expect_wall(kMark, {"boot-2", Seconds{4600}, kWall}));
  CHECK_FALSE(expect_wall(kMark, {"", Seconds{4600}, kWall}));
  CHECK_FALSE(expect_wall({"", Seconds{0}, kWall}, {"", Seconds{0}, kWall}));
  CHECK_FALSE(expect_wall(kMark, {"boot-1", Seconds{999}, kWall}));
  // Started before the clock was set: what it read is worth nothing.
  CHECK_FALSE(expect_wall({"boot-1", Seconds{1000}, WallTime{Seconds{86400}}}, later));
}

TEST_CASE("a clock mark is kept in a file; without one nothing is known") {
  const TempDir dir;
  CHECK_FALSE(load_clock_mark(dir.path()));
  REQUIRE(save_clock_mark(dir.path(), kMark));
  REQUIRE(save_clock_mark(dir.path(), make_clock_mark(kWall)));
  const auto read = load_clock_mark(dir.path());
  REQUIRE(read);
  CHECK_FALSE(read->boot.empty());
  CHECK(read->uptime > Seconds{0});
  CHECK(expect_wall(*read, make_clock_mark(kWall)).has_value());
  CHECK_FALSE(save_clock_mark(dir.path() / "absent", kMark));
}

}  // namespace strictmx
