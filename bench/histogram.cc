#include "bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace strictmx::bench {

std::size_t Histogram::bucket_of(std::uint64_t ns) {
  constexpr std::uint64_t kSub = std::uint64_t{1} << kSubBits;
  if (ns < kSub) return ns;
  const auto power = static_cast<unsigned>(std::bit_width(ns)) - kSubBits - 1;
  if (power >= kPowers) return (std::size_t{kPowers + 1} << kSubBits) - 1;
  return (std::size_t{power + 1} << kSubBits) + ((ns >> power) - kSub);
}

std::uint64_t Histogram::upper_end_of(std::size_t bucket) {
  constexpr std::uint64_t kSub = std::uint64_t{1} << kSubBits;
  if (bucket < kSub) return bucket;
  const auto power = static_cast<unsigned>(bucket >> kSubBits) - 1;
  return ((kSub + (bucket & (kSub - 1)) + 1) << power) - 1;
}

void Histogram::add(std::chrono::nanoseconds latency) {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
  ++buckets_[bucket_of(ns)];
  ++count_;
  max_ = std::max(max_, latency);
}

std::chrono::nanoseconds Histogram::percentile(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank && seen > 0) {
      const auto end = static_cast<std::int64_t>(upper_end_of(bucket));
      return std::min(max_, std::chrono::nanoseconds(end));
    }
  }
  return max_;
}

}  // namespace strictmx::bench
