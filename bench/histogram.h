// bench/histogram.h: latencies in constant memory. Buckets grow with the value: each covers at
// most 1/64 of it, so a percentile is at most 1.6 % too high. Range: 0 to about 18 minutes.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>

namespace strictmx::bench {

class Histogram {
 public:
  void add(std::chrono::nanoseconds latency);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds max() const { return max_; }

  // Upper end of the bucket that holds the value below which `share` (0 < share <= 1) of all
  // values lie; zero when there are none.
  std::chrono::nanoseconds percentile(double share) const;

 private:
  static constexpr unsigned kSubBits = 6;  // 64 buckets per power of two
  static constexpr unsigned kPowers = 35;  // 2^(35+6) ns: values above are counted as this
  static std::size_t bucket_of(std::uint64_t ns);
  static std::uint64_t upper_end_of(std::size_t bucket);

  std::array<std::uint64_t, (kPowers + 1) << kSubBits> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

}  // namespace strictmx::bench
