// Fills a state directory with the policies of N domains of the benchmark's world
// (bench/world_policy.h), as a long-lived daemon would have it.
// Usage: bench_fill DIR N
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/quiet_log.h"
#include "bench/world_policy.h"
#include "store/policy_store.h"

using namespace strictmx;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_fill DIR N\n", stderr);
    return 2;
  }
  bench::QuietLog log;
  auto store = PolicyStore::open(argv[1], StoreAccess::read_write, log);
  if (!store) {
    std::fprintf(stderr, "bench_fill: %s\n", store.error().detail.c_str());
    return 1;
  }
  const auto count = static_cast<std::uint32_t>(std::atol(argv[2]));
  const WallTime now = SystemClock().now().wall;
  std::vector<KnownPolicy> batch;
  for (std::uint32_t i = 0; i < count; ++i) {
    batch.push_back(bench::world_policy(i, now));
    if (batch.size() < 20000 && i + 1 < count) continue;
    if (const auto saved = (*store)->save(batch); !saved) {
      std::fprintf(stderr, "bench_fill: %s\n", saved.error().detail.c_str());
      return 1;
    }
    batch.clear();
  }
}
