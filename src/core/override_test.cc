#include "core/override.h"

#include <doctest/doctest.h>

#include "core/mta_answer.h"

namespace strictmx {

namespace {

constexpr WallTime kNow{Seconds{1'795'000'000}};  // 2026-11-18

std::string answer(std::string_view line, WallTime now = kNow) {
  const auto parsed = parse_override(line);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().detail);
  const auto verdict = decide_by_override(*parsed, now);
  return verdict ? socketmap_payload(format_postfix_answer(*verdict)) : "ended";
}

}  // namespace

TEST_CASE("an override says what the MTA is told") {
  CHECK(answer("Broken.example none") == "NOTFOUND ");
  CHECK(answer("signed.example dane-only") == "OK dane-only");
  CHECK(answer("p.example enforce mx=mx1.p.example,*.pool.p.example") ==
        "OK secure match=mx1.p.example:.pool.p.example servername=hostname");
}

TEST_CASE("an override ends with the day it names") {
  const std::string line = "broken.example none until=2026-11-18 reason=\"new certificate\"";
  CHECK(parse_override(line)->reason == "new certificate");
  CHECK(parse_override("a.example none reason='it\"s'")->reason == "it\"s");
  CHECK(format_utc(*parse_override(line)->until) == "2026-11-19T00:00:00Z");
  CHECK(answer(line, WallTime{Seconds{1'795'046'399}}) == "NOTFOUND ");
  CHECK(answer(line, WallTime{Seconds{1'795'046'400}}) == "ended");
}

TEST_CASE("what is wrong with an override is said") {
  const std::pair<const char*, const char*> rows[] = {
      {"", "empty"},
      {"example.com", "expected none, enforce or dane-only"},
      {"a..b none", "a..b"},
      {"example.com allow", "allow"},
      {"example.com enforce", "takes mx="},
      {"example.com none mx=a.example", "takes mx="},
      {"example.com enforce mx=a_b.example", "mx=a_b.example"},
      {"example.com none until=tomorrow", "until=tomorrow"},
      {"example.com none until=2026-02-30", "until=2026-02-30"},
      {"example.com none because", "because"},
      {"example.com none reason=\"x", "quote"},
      {"[192.0.2.1] none", "192.0.2.1"},
  };
  for (const auto& [line, said] : rows) {
    CAPTURE(line);
    const auto parsed = parse_override(line);
    REQUIRE_FALSE(parsed.has_value());
    if (*line != '\0') CHECK(parsed.error().detail.find(said) != std::string::npos);
  }
  CHECK_FALSE(parse_override(std::string(5000, 'a')).has_value());
}

}  // namespace strictmx
