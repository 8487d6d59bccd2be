// Fills a state directory with the policies of N domains of the benchmark's world
// (bench/world_name.h), d1000000.enforce and on, as a long-lived daemon would have it.
// Usage: bench_fill DIR N
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "store/policy_store.h"

namespace {

constexpr int kFirst = 1000000;

class NoLog : public strictmx::Log {
 public:
  bool enabled(strictmx::LogLevel) const override { return false; }
  void write(strictmx::LogLevel, std::string_view, std::span<const strictmx::LogField>) override {}
};

strictmx::KnownPolicy make_policy(int number, strictmx::WallTime now) {
  const std::string domain = "d" + std::to_string(kFirst + number) + ".enforce.bench.example";
  const std::string body = "version: STSv1\r\nmode: enforce\r\nmx: mx1." + domain + "\r\nmx: mx2." +
                           domain + "\r\nmax_age: 604800\r\n";
  return {strictmx::Domain::parse(domain).value(), "20260101T000000", body,
          strictmx::parse_policy(body)->policy, now - strictmx::Seconds{number % 60000}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: bench_fill DIR N\n", stderr);
    return 2;
  }
  NoLog log;
  auto store = strictmx::PolicyStore::open(argv[1], strictmx::StoreAccess::read_write, log);
  if (!store) {
    std::fprintf(stderr, "bench_fill: %s\n", store.error().detail.c_str());
    return 1;
  }
  const int count = std::atoi(argv[2]);
  const strictmx::WallTime now = strictmx::SystemClock().now().wall;
  std::vector<strictmx::KnownPolicy> batch;
  for (int i = 0; i < count; ++i) {
    batch.push_back(make_policy(i, now));
    if (batch.size() < 20000 && i + 1 < count) continue;
    if (const auto saved = (*store)->save(batch); !saved) {
      std::fprintf(stderr, "bench_fill: %s\n", saved.error().detail.c_str());
      return 1;
    }
    batch.clear();
  }
}
