#include "core/finding.h"

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

}  // namespace strictmx
