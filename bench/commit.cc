// bench/commit.cc: how many new policies a second become durable, each before its look-up is
// answered: so many look-ups wait for the store's thread at any time, which commits what came
// meanwhile together (store/policy_writer).
// Usage: bench_commit DIR N WAITING
// Prints one line of JSON. Exit status 1 when a policy is not saved, or not found afterwards.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <semaphore>

#include "bench/quiet_log.h"
#include "bench/world_policy.h"
#include "store/policy_writer.h"

using namespace strictmx;

namespace {

constexpr std::ptrdiff_t kMostWaiting = 10000;

int fail_with(const Error& error) {
  std::fprintf(stderr, "bench_commit: %s\n", error.detail.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_commit DIR N WAITING\n", stderr);
    return 2;
  }
  const auto count = static_cast<std::uint32_t>(std::atol(argv[2]));
  const std::ptrdiff_t waiting = std::min(std::atol(argv[3]), kMostWaiting);
  bench::QuietLog log;
  auto store = PolicyStore::open(argv[1], StoreAccess::read_write, log);
  if (!store) return fail_with(store.error());
  std::atomic<std::uint32_t> lost{0};
  std::counting_semaphore<kMostWaiting> places(waiting);
  const WallTime now = SystemClock().now().wall;
  const auto start = std::chrono::steady_clock::now();
  {
    PolicyWriter writer(*std::move(store), log);
    for (std::uint32_t i = 0; i < count; ++i) {
      places.acquire();
      writer.save(bench::world_policy(i, now), [&](const Result<void>& saved) {
        if (!saved) ++lost;
        places.release();
      });
    }
    for (std::ptrdiff_t i = 0; i < waiting; ++i) places.acquire();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  auto again = PolicyStore::open(argv[1], StoreAccess::read_only, log);
  if (!again) return fail_with(again.error());
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto found = (*again)->find(bench::world_policy(i, now).domain);
    if (!found) return fail_with(found.error());
  }
  std::printf("{\"policies\":%u,\"waiting\":%td,\"seconds\":%.3f,\"rate\":%.1f,\"lost\":%u}\n",
              count, waiting, seconds.count(), count / seconds.count(), lost.load());
  return lost == 0 ? 0 : 1;
}
