#include "base/time.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

std::string at(std::int64_t seconds) { return format_utc(WallTime{Seconds{seconds}}); }

}  // namespace

TEST_CASE("format_utc: RFC 3339 with seconds") {
  CHECK(at(0) == "1970-01-01T00:00:00Z");
  CHECK(at(1795553760) == "2026-11-24T20:56:00Z");
  CHECK(at(951782399) == "2000-02-28T23:59:59Z");
  CHECK(at(951782400) == "2000-02-29T00:00:00Z");
  CHECK(at(4107542399) == "2100-02-28T23:59:59Z");
  CHECK(at(4107542400) == "2100-03-01T00:00:00Z");
  CHECK(at(253402300799) == "9999-12-31T23:59:59Z");
}

TEST_CASE("format_utc before 1970") {
  CHECK(at(-1) == "1969-12-31T23:59:59Z");
  CHECK(at(-86400) == "1969-12-31T00:00:00Z");
  CHECK(at(-86401) == "1969-12-30T23:59:59Z");
}

TEST_CASE("SystemClock: monotonic time never goes back") {
  const SystemClock clock;
  const auto first = clock.now();
  const auto second = clock.now();
  CHECK(second.mono >= first.mono);
  CHECK(second.wall >= WallTime{Seconds{1700000000}});
}

TEST_CASE("times are read in the form they are written, and in no other") {
  for (const std::string text :
       {"1970-01-01T00:00:00Z", "2026-11-24T20:56:00Z", "2028-02-29T23:59:59Z"}) {
    CHECK(format_utc(parse_utc(text).value()) == text);
  }
  for (const std::string text :
       {"", "2026-11-24", "2026-11-24T20:56:00", "2026-11-24 20:56:00Z", "2026-11-24t20:56:00Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24T24:00:00Z",
        "2026-11-24T23:60:00Z", "2026-11-24T23:59:60Z", "1969-12-31T23:59:59Z",
        "+026-11-24T20:56:00Z", "2026-11-24T20:56:00Z "}) {
    CAPTURE(text);
    CHECK(!parse_utc(text).has_value());
  }
}
