#include "service/collectd/tally.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace strictmx {

namespace {

const Day kDay = parse_day("2026-11-24").value();
const Day kNextDay = kDay + std::chrono::days{1};

std::string session(const std::string& domain, int failed, const std::string& more = "") {
  return R"({"d":")" + domain + R"(","policies":[{"policy-type":9,"f":)" + std::to_string(failed) +
         more + "}]}";
}

std::vector<std::string> pending(const Tally& tally) {
  std::vector<std::string> lines;
  tally.visit([&](const DomainResults& results) {
    const auto& policy = results.policies.at(0);
    lines.push_back(
        format_day(results.day).substr(8) + " " + results.domain.text() + " " +
        std::to_string(policy.successes) + "/" + std::to_string(policy.failures) + " " +
        std::to_string(policy.details.size()) + " kinds" +
        (policy.details.empty() ? "" : " x" + std::to_string(policy.details[0].sessions)));
  });
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

TEST_CASE("equal datagrams of a day are one entry with a number") {
  Tally tally;
  const std::string failing = session("a.example", 1, R"(,"failure-details":[{"c":204}])");
  for (int i = 0; i < 5; ++i) CHECK(tally.count(kDay, failing).fate == Tally::Fate::counted);
  for (int i = 0; i < 3; ++i) tally.count(kDay, session("b.example", 0));
  tally.count(kNextDay, session("b.example", 0));
  CHECK(tally.pending() == 9);
  CHECK(pending(tally) == std::vector<std::string>{"24 a.example 0/5 1 kinds x5",
                                                   "24 b.example 3/0 0 kinds",
                                                   "25 b.example 1/0 0 kinds"});
  CHECK(pending(tally).size() == 3);  // a failed try changes nothing
  tally.settle(kNextDay);
  CHECK(tally.pending() == 0);
  CHECK(pending(tally).empty());
  tally.count(kNextDay, session("b.example", 0));
  tally.count(kDay, failing);
  CHECK(pending(tally) ==
        std::vector<std::string>{"24 a.example 0/1 1 kinds x1", "25 b.example 1/0 0 kinds"});
}

TEST_CASE("malformed datagrams are told and not counted, flawed ones are both, every time") {
  Tally tally;
  for (int i = 0; i < 2; ++i) {
    const auto bad = tally.count(kDay, "{");
    CHECK(bad.fate == Tally::Fate::malformed);
    CHECK(bad.fault == DatagramFault::syntax);
    const auto flawed =
        tally.count(kDay, R"({"d":"a.example","policies":[{"policy-type":9,"f":0},7]})");
    CHECK(flawed.fate == Tally::Fate::counted);
    CHECK(flawed.fault == DatagramFault::policies);
  }
  CHECK(pending(tally) == std::vector<std::string>{"24 a.example 2/0 0 kinds"});
}

TEST_CASE("a flood of different datagrams is bounded, known ones go on") {
  Tally tally;
  const std::string padding = R"(,"x":")" + std::string(200000, 'x');
  int taken = 0;
  while (tally.count(kDay, session("a.example", 0, padding + std::to_string(taken) + "\"")).fate ==
         Tally::Fate::counted) {
    ++taken;
  }
  CHECK(taken > 70);
  CHECK(taken < 90);
  CHECK(tally.crowded());
  CHECK(tally.count(kDay, session("a.example", 0, padding + "0\"")).fate == Tally::Fate::counted);
  CHECK(tally.pending() == static_cast<std::uint64_t>(taken) + 1);
  tally.settle(kDay);
  CHECK(!tally.crowded());
  CHECK(tally.count(kDay, session("b.example", 0)).fate == Tally::Fate::counted);
}

TEST_CASE("datagrams that differ in one octet or in length are different") {
  Tally tally;
  std::vector<std::string> all;
  for (std::size_t size = 0; size < 40; ++size) {
    all.push_back(session("a.example", 0, R"(,"x":")" + std::string(size, 'x') + "\""));
    all.push_back(session("a.example", 0, R"(,"x":"y)" + std::string(size, 'x') + "\""));
  }
  for (const auto& one : all) tally.count(kDay, one);
  for (const auto& one : all) tally.count(kDay, one);
  CHECK(pending(tally) == std::vector<std::string>(all.size(), "24 a.example 2/0 0 kinds"));
}

}  // namespace strictmx
