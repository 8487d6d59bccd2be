#include "core/check/finding.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace strictmx {

TEST_CASE("severity by mode") {
  constexpr SeverityByMode by_mode(Severity::critical, Severity::warning, Severity::notice);
  CHECK(by_mode.in(PublishedMode::enforce) == Severity::critical);
  CHECK(by_mode.in(PublishedMode::testing) == Severity::warning);
  CHECK(by_mode.in(PublishedMode::none) == Severity::notice);
  CHECK(by_mode.in(PublishedMode::nothing) == Severity::notice);
  constexpr SeverityByMode always(Severity::error);
  CHECK(always.in(PublishedMode::nothing) == Severity::error);
}

TEST_CASE("an id that is in no catalogue is a bug") {
  Findings findings(PublishedMode::enforce);
  CHECK_THROWS_AS(findings.add("no-such-finding", "example.com"), std::logic_error);
}

TEST_CASE("a finding is told once about each object") {
  Findings findings(PublishedMode::enforce);
  findings.add("mx-servfail", "example.com", "first");
  findings.add("mx-servfail", "example.com", "second");
  findings.add("mx-servfail", "example.net");
  const auto sorted = findings.sorted();
  REQUIRE(sorted.size() == 2);
  CHECK(sorted[0].evidence == "first");
  CHECK(sorted[1].object == "example.net");
}

TEST_CASE("the gravest first, else in their order") {
  Findings findings(PublishedMode::testing);
  findings.add("mx-null", "a");             // info
  findings.add("mx-implicit", "a");         // warning
  findings.add("sts-mx-not-covered", "b");  // warning by the mode
  findings.add_as(Severity::error, "mx-many", "c");
  std::string ids;
  for (const auto& finding : findings.sorted()) ids += std::string(finding.kind->id) + ' ';
  CHECK(ids == "mx-many mx-implicit sts-mx-not-covered mx-null ");
  CHECK(findings.has("mx-null"));
  CHECK_FALSE(findings.has("mx-null-mixed"));
}

TEST_CASE("findings are limited, and what is left out is counted") {
  Findings findings(PublishedMode::nothing);
  for (std::size_t i = 0; i < kMaxFindings + 3; ++i) {
    findings.add("mx-duplicate", std::to_string(i));
  }
  CHECK(findings.sorted().size() == kMaxFindings);
  CHECK(findings.left_out() == 3);
}

}  // namespace strictmx
