#include "store/day_writer.h"

#include <atomic>
#include <fstream>

#include "store/test_support.h"

namespace strictmx {

namespace {

const Day kWrittenDay = parse_day("2026-11-24").value();

DomainResults one(const std::string& name, std::uint64_t successes) {
  return DomainResults{
      kWrittenDay,
      Domain::parse(name).value(),
      "",
      {PolicyResults{ReportedPolicy{PolicyType::sts, name, {}, {}}, successes, 0, {}}}};
}

std::uint64_t stored(const TempDir& dir, const std::string& name) {
  LinesLog log;
  auto store = DayStore::open(dir.state(), StoreAccess::read_write, log);
  REQUIRE(store.has_value());
  const auto found = (*store)->find(kWrittenDay, Domain::parse(name).value());
  return found ? found->policies.at(0).successes : 0;
}

}  // namespace

TEST_CASE("all that was taken is stored at the end") {
  const TempDir dir;
  LinesLog log;
  std::atomic<int> tries = 0;
  {
    DayWriter writer(dir.state(), log, [&](const Result<DayOverflow>& outcome) {
      CHECK(outcome.has_value());
      ++tries;
    });
    for (int i = 0; i < 100; ++i) CHECK(writer.add(one(i % 2 ? "example.com" : "example.org", 1)));
  }
  CHECK(stored(dir, "example.com") == 50);
  CHECK(stored(dir, "example.org") == 50);
  CHECK(tries < 100);  // several share a transaction
}

TEST_CASE("what is taken is kept however much it is, and too much is refused") {
  const TempDir dir;
  LinesLog log;
  std::size_t taken = 0;
  {
    DayWriter writer(dir.state(), log, nullptr);
    for (std::size_t i = 0; i < kMaxWaitingResults + 10; ++i) {
      if (writer.add(one("example.com", 1))) ++taken;
    }
  }
  CHECK(taken >= kMaxWaitingResults);
  CHECK(stored(dir, "example.com") == taken);
}

TEST_CASE("a store that cannot be opened is told, and keeps nobody from starting or ending") {
  const TempDir dir;
  LinesLog log;
  std::ofstream(dir.state()) << "a file in the place of the directory";
  std::atomic<int> failures = 0;
  {
    DayWriter writer(dir.state(), log, [&](const Result<DayOverflow>& outcome) {
      if (!outcome) ++failures;
    });
    std::size_t taken = 0;
    while (taken <= kMaxWaitingResults && writer.add(one("example.com", 1))) ++taken;
    CHECK(taken == kMaxWaitingResults);
  }
  CHECK(failures >= 1);
}

}  // namespace strictmx
