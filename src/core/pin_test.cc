#include "core/pin.h"

#include <doctest/doctest.h>

#include "core/end_of_day.h"
#include "core/policy_export.h"

namespace strictmx {

namespace {

WallTime at(const char* text) { return parse_utc(text).value(); }

KnownPolicy policy(const std::string& mode) {
  const std::string body = "version: STSv1\nmode: " + mode + "\nmx: mx.a.example\nmax_age: 86400\n";
  return {Domain::parse("a.example").value(), "1", body, parse_policy(body).value().policy,
          at("2026-11-24T06:00:00Z")};
}

}  // namespace

TEST_CASE("a pin survives as a line, and the line is one of a list of policies") {
  for (const auto& until : {std::optional<WallTime>(), std::optional(at("2027-01-01T00:00:00Z"))}) {
    const Pin pin{policy("enforce"), at("2026-11-25T00:00:00Z"), until};
    const std::string line = format_pin_line(pin);
    const auto read = parse_pin_line(line);
    REQUIRE(read);
    CHECK(read->policy.domain == pin.policy.domain);
    CHECK(read->policy.body == pin.policy.body);
    CHECK(read->policy.fetched_at == pin.policy.fetched_at);
    CHECK(read->pinned_at == pin.pinned_at);
    CHECK(read->until == until);
    CHECK(parse_export_line(line, at("2026-11-25T00:00:00Z")));
  }
}

TEST_CASE("lines that are no pins are refused") {
  const Pin pin{policy("enforce"), at("2026-11-25T00:00:00Z"), at("2027-01-01T00:00:00Z")};
  const std::string good = format_pin_line(pin);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    const auto place = line.find(from);
    REQUIRE(place != std::string::npos);
    return line.replace(place, from.size(), to);
  };
  struct Row {
    const char* name;
    std::string line;
    Errc error;
  };
  const Row rows[] = {
      {"no line", "", Errc::syntax},
      {"no pin", format_export_line(pin.policy), Errc::syntax},
      {"a time that is none", with("2026-11-25T00", "yesterday"), Errc::syntax},
      {"an end that is none", with("\"2027-01-01T00:00:00Z\"", "7"), Errc::syntax},
      {"testing", format_pin_line({policy("testing"), pin.pinned_at, {}}), Errc::out_of_range},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto read = parse_pin_line(row.line);
    REQUIRE(!read);
    CHECK(read.error().code == row.error);
  }
}

TEST_CASE("a pin holds until its end, beyond the policy's own") {
  const Pin ends{policy("enforce"), at("2026-11-25T00:00:00Z"), at("2027-01-01T00:00:00Z")};
  CHECK(ends.holds(at("2026-12-31T23:59:59Z")));
  CHECK(!ends.holds(at("2027-01-01T00:00:00Z")));
  const Pin stays{policy("enforce"), at("2026-11-25T00:00:00Z"), std::nullopt};
  const WallTime late = at("2036-01-01T00:00:00Z");
  CHECK(stays.holds(late));
  CHECK(!stays.policy.is_live(late));
  CHECK(stays.applying(late).is_live(late));
}

TEST_CASE("a day ends when the next begins") {
  CHECK(parse_end_of_day("2026-12-31") == at("2027-01-01T00:00:00Z"));
  CHECK(parse_end_of_day("2028-02-29") == at("2028-03-01T00:00:00Z"));
  for (const char* text : {"", "2026-12-32", "2027-02-29", "2026-1-1", "2026/12/31", "1969-12-31",
                           "2026-12-31Z", "x026-12-31"}) {
    CAPTURE(text);
    CHECK(!parse_end_of_day(text));
  }
}

}  // namespace strictmx
