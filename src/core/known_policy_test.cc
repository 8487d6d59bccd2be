#include "core/known_policy.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

KnownPolicy fetched_at_zero(Seconds max_age) {
  StsPolicy policy;
  policy.max_age = max_age;
  return KnownPolicy{Domain::parse("example.com").value(), "1", "", policy, WallTime{}};
}

}  // namespace

TEST_CASE("a policy lives until max_age after its fetch (STS-C01)") {
  const auto policy = fetched_at_zero(Seconds{86400});
  CHECK(policy.is_live(WallTime{Seconds{0}}));
  CHECK(policy.is_live(WallTime{Seconds{86399}}));
  CHECK_FALSE(policy.is_live(WallTime{Seconds{86400}}));
}

TEST_CASE("a tiny max_age is stretched to five minutes (STS-C08, G-08)") {
  const auto policy = fetched_at_zero(Seconds{0});
  CHECK(policy.is_live(WallTime{Seconds{299}}));
  CHECK_FALSE(policy.is_live(WallTime{Seconds{300}}));
  CHECK(fetched_at_zero(Seconds{301}).is_live(WallTime{Seconds{300}}));
}

TEST_CASE("a clock that went back makes no policy unusable (STS-C11)") {
  CHECK(fetched_at_zero(Seconds{600}).is_live(WallTime{Seconds{-1000000}}));
}
