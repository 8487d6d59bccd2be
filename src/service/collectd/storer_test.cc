#include "service/collectd/storer.h"

#include <doctest/doctest.h>

namespace strictmx {

namespace {

const Day kDay = parse_day("2026-11-24").value();

class NoLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

// Fails so many times, then counts sessions.
class TestStore final : public DayStore {
 public:
  TestStore(int failures, std::uint64_t& sessions) : failures_(failures), sessions_(sessions) {}
  Result<DayOverflow> add(std::span<const DomainResults>) override { return DayOverflow{}; }
  Result<DayOverflow> add_each(const std::function<void(const Take&)>& produce) override {
    if (failures_-- > 0) return fail(Errc::io, "the disk is full");
    produce([this](const DomainResults& results) {
      CHECK(results.day == kDay);
      sessions_ += results.policies.at(0).successes;
    });
    return DayOverflow{};
  }
  Result<std::vector<Day>> list_days() override { return std::vector<Day>{}; }
  Result<void> visit_domains(Day, const std::function<void(const Domain&)>&) override { return {}; }
  Result<DomainResults> find(Day, const Domain&) override { return fail(Errc::not_found, ""); }
  Result<bool> erase_day(Day) override { return false; }
  Result<std::size_t> erase_before(Day) override { return 0; }

 private:
  int failures_;
  std::uint64_t& sessions_;
};

std::vector<CountedDatagram> batch(std::uint64_t sessions) {
  return {{kDay, R"({"d":"shop.example","policies":[{"policy-type":9,"f":0}]})", sessions}};
}

}  // namespace

TEST_CASE("what was handed over is stored at the end, after failures too") {
  for (const int failures : {0, 1}) {
    CAPTURE(failures);
    const SystemClock clock;
    Metrics metrics;
    NoLog log;
    std::uint64_t sessions = 0;
    {
      Storer storer(std::make_unique<TestStore>(failures, sessions), {clock, metrics, log, 14});
      CHECK(storer.idle());
      storer.store(batch(3));
      while (failures > 0 && !storer.failing()) std::this_thread::yield();
      storer.store(batch(4));
    }
    CHECK(sessions == 7);
  }
}

TEST_CASE("what can never be stored ends nobody's waiting, and is told") {
  const SystemClock clock;
  Metrics metrics;
  NoLog log;
  std::uint64_t sessions = 0;
  {
    Storer storer(std::make_unique<TestStore>(1000, sessions), {clock, metrics, log, 14});
    storer.store(batch(3));
    while (!storer.failing()) std::this_thread::yield();
    CHECK(!storer.idle());
  }
  CHECK(sessions == 0);
  CHECK(metrics.text().find("strictmx_day_store_failures_total 0") == std::string::npos);
}

}  // namespace strictmx
