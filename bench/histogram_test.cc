#include "bench/histogram.h"

#include <doctest/doctest.h>

using namespace strictmx::bench;
using std::chrono::nanoseconds;

TEST_CASE("a histogram without values") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.percentile(0.99) == nanoseconds{0});
}

TEST_CASE("percentiles are at most 1.6 % too high and never above the maximum") {
  Histogram histogram;
  for (int micros = 1; micros <= 1000; ++micros) histogram.add(std::chrono::microseconds{micros});
  CHECK(histogram.count() == 1000);
  CHECK(histogram.max() == nanoseconds{1'000'000});
  for (const double share : {0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double found = static_cast<double>(histogram.percentile(share).count());
    CHECK(found >= share * 1e6);
    CHECK(found <= share * 1e6 * 1.016);
  }
  CHECK(histogram.percentile(1.0) == histogram.max());
}

TEST_CASE("values outside the range are counted at its ends") {
  Histogram histogram;
  histogram.add(nanoseconds{-5});
  CHECK(histogram.percentile(1.0) == nanoseconds{0});
  histogram.add(std::chrono::hours{10});
  CHECK(histogram.max() == std::chrono::hours{10});
  CHECK(histogram.percentile(1.0) > std::chrono::minutes{18});
}
