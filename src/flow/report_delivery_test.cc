#include "flow/report_delivery.h"

#include <doctest/doctest.h>

#include <vector>

using namespace strictmx;

namespace {

using Kind = AttemptOutcome::Kind;

const WallTime kStart = *parse_utc("2026-11-25T00:05:00Z");
Day day(const char* text) { return *parse_day(text); }

// Minutes from the first attempt of each one, until the delivery ends.
std::vector<std::int64_t> run(Kind kind, std::uint64_t random, DeliveryStatus& status) {
  std::vector<std::int64_t> minutes;
  status = schedule_delivery(kStart, Seconds(0), random);
  while (status.state == DeliveryState::waiting && minutes.size() < 100) {
    minutes.push_back(
        std::chrono::duration_cast<std::chrono::minutes>(status.next_at - kStart).count());
    status = after_attempt(status, {kind, "x"}, status.next_at, random);
  }
  return minutes;
}

}  // namespace

TEST_CASE("a day is closed when it is over and late results are in") {
  const std::vector<Day> days = {day("2026-11-23"), day("2026-11-24"), day("2026-11-25")};
  const auto at = [&](const char* now, std::vector<Day> closed) {
    const auto next = next_day_to_close(days, closed, *parse_utc(now));
    return next ? format_day(*next) : "none";
  };
  CHECK(at("2026-11-24T00:04:59Z", {}) == "none");
  CHECK(at("2026-11-24T00:05:00Z", {}) == "2026-11-23");
  CHECK(at("2026-11-24T00:05:00Z", {day("2026-11-23")}) == "none");
  CHECK(at("2026-11-26T12:00:00Z", {}) == "2026-11-23");  // the oldest first
  CHECK(at("2026-11-26T12:00:00Z", {day("2026-11-23")}) == "2026-11-24");
  CHECK(at("2026-11-30T23:59:59Z", {}) == "2026-11-23");
  CHECK(at("2026-12-01T00:00:00Z", {}) == "2026-11-24");  // too old by now
  CHECK(at("2027-01-01T00:00:00Z", {}) == "none");
  CHECK(at("2026-11-22T00:00:00Z", {}) == "none");  // a clock that went back
}

TEST_CASE("first attempts are spread (RPT-T02)") {
  CHECK(schedule_delivery(kStart, Seconds(14400), 0).next_at == kStart);
  CHECK(schedule_delivery(kStart, Seconds(14400), 14400).next_at == kStart + Seconds(14400));
  CHECK(schedule_delivery(kStart, Seconds(14400), 14401).next_at == kStart);
  CHECK(schedule_delivery(kStart, Seconds(0), 12345).next_at == kStart);
}

TEST_CASE("what is deferred is tried for 24 hours, ever more rarely (RPT-T19)") {
  DeliveryStatus status;
  CHECK(run(Kind::deferred, 0, status) ==
        std::vector<std::int64_t>{0, 5, 15, 35, 75, 155, 315, 555, 795, 1035, 1275, 1440});
  CHECK(status.state == DeliveryState::expired);
  CHECK(status.attempts == 12);
  CHECK(run(Kind::deferred, ~0ULL, status).back() == 1440);
}

TEST_CASE("accepted once is the end, a final answer too, others count (RPT-T18)") {
  DeliveryStatus status;
  CHECK(run(Kind::accepted, 0, status).size() == 1);
  CHECK(status.state == DeliveryState::delivered);
  CHECK(run(Kind::rejected, 0, status).size() == 1);
  CHECK(status.state == DeliveryState::refused);
  CHECK(run(Kind::refused, 0, status).size() == 3);
  CHECK(status.state == DeliveryState::refused);
  CHECK(status.detail == "x");
}

TEST_CASE("a wish for later is kept, within bounds") {
  const auto next = [](std::int64_t seconds) {
    return after_attempt({}, {Kind::deferred, "", Seconds(seconds)}, kStart, 0).next_at - kStart;
  };
  CHECK(next(10) == Seconds(300));
  CHECK(next(3600) == Seconds(3600));
  CHECK(next(1000000) == Seconds(14400));
  CHECK(next(-5) == Seconds(300));
}

TEST_CASE("states are stored by name") {
  for (const auto state : {DeliveryState::waiting, DeliveryState::delivered, DeliveryState::refused,
                           DeliveryState::expired}) {
    CHECK(parse_delivery_state(name_of(state)) == state);
  }
  CHECK_FALSE(parse_delivery_state("x").has_value());
}
