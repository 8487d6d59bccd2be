#include "cmd/config/config_values.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("parse_duration reads every unit and keeps to the range") {
  struct Row {
    std::string text;
    std::int64_t milliseconds;  // -1: refused
  };
  const Row rows[] = {
      {"100ms", 100},
      {"1500ms", 1500},
      {"1s", 1000},
      {"10s", 10000},
      {"2m", 120000},
      {"1h", 3600000},
      {"1d", 86400000},
      {"007s", 7000},
      {"99ms", -1},
      {"0s", -1},
      {"86400001ms", -1},
      {"2d", -1},
      {"25h", -1},
      {"", -1},
      {"s", -1},
      {"10", -1},
      {"10 s", -1},
      {" 10s", -1},
      {"10s ", -1},
      {"-1s", -1},
      {"+1s", -1},
      {"1.5s", -1},
      {"1S", -1},
      {"1w", -1},
      {"1ss", -1},
      {"0x10s", -1},
      {"18446744073709551615d", -1},
      {"99999999999999999999s", -1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto duration = parse_duration(row.text, Millis(100), Millis(86400000));
    CHECK(duration.has_value() == (row.milliseconds >= 0));
    if (duration) CHECK(duration->count() == row.milliseconds);
  }
}

TEST_CASE("a refused duration is named with what is allowed") {
  const auto refused = parse_duration("7 s\n", Millis(100), Millis(300000));
  CHECK(refused.error().code == Errc::usage);
  CHECK(refused.error().detail ==
        "\"7 s\\x0a\" is not a duration from 100ms to 5m (units: ms, s, m, h, d)");
}

TEST_CASE("format_duration takes the largest unit without a fraction") {
  CHECK(format_duration(Millis(0)) == "0s");
  CHECK(format_duration(Millis(1)) == "1ms");
  CHECK(format_duration(Millis(1500)) == "1500ms");
  CHECK(format_duration(Millis(90000)) == "90s");
  CHECK(format_duration(Millis(120000)) == "2m");
  CHECK(format_duration(Millis(86400000)) == "1d");
}

TEST_CASE("parse_number reads decimal digits in the range") {
  CHECK(parse_number("1", 1, 65535).value() == 1);
  CHECK(parse_number("65535", 1, 65535).value() == 65535);
  for (const auto* text :
       {"0", "65536", "", "-1", "+1", "1 ", "1e3", "0x1", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK(!parse_number(text, 1, 65535).has_value());
  }
  CHECK(parse_number("0", 1, 65535).error().detail == "\"0\" is not a number from 1 to 65535");
}

TEST_CASE("addresses with ports, endpoints and forwarders") {
  CHECK(check_address_port("127.0.0.1:8462").has_value());
  CHECK(check_address_port("[::1]:0").has_value());
  CHECK(!check_address_port("localhost:80").has_value());
  CHECK(!check_address_port("127.0.0.1").has_value());
  CHECK(check_endpoint("inet:127.0.0.1:8461").has_value());
  CHECK(check_endpoint("unix:/run/strictmx/policy.sock").has_value());
  CHECK(!check_endpoint("127.0.0.1:8461").has_value());
  CHECK(!check_endpoint("unix:policy.sock").has_value());
  CHECK(check_forwarder("127.0.0.1").has_value());
  CHECK(check_forwarder("127.0.0.1@5353").has_value());
  CHECK(check_forwarder("2001:db8::1@53").has_value());
  for (const std::string text : {"", "@53", "localhost", "127.0.0.1:53", "127.0.0.1@",
                                 "127.0.0.1@0", "127.0.0.1@65536", "127.0.0.1@53@53", "[::1]@53"}) {
    CAPTURE(text);
    CHECK(check_forwarder(text).error().code == Errc::usage);
  }
}
