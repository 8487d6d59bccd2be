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

// "24 3 of NAME", sorted; NAME is what follows "d": in the datagram.
std::vector<std::string> take(Tally& tally, Day today = kDay) {
  std::vector<std::string> lines;
  for (const auto& counted : tally.take(today)) {
    const std::string name = counted.octets.substr(6, counted.octets.find('"', 6) - 6);
    lines.push_back(format_day(counted.day).substr(8) + " " + std::to_string(counted.sessions) +
                    " of " + name);
  }
  std::ranges::sort(lines);
  CHECK(tally.pending() == 0);
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
  CHECK(take(tally, kNextDay) ==
        std::vector<std::string>{"24 3 of b.example", "24 5 of a.example", "25 1 of b.example"});
  CHECK(take(tally, kNextDay).empty());
  tally.count(kNextDay, session("b.example", 0));
  tally.count(kDay, failing);
  CHECK(take(tally) == std::vector<std::string>{"24 1 of a.example", "25 1 of b.example"});
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
  CHECK(take(tally) == std::vector<std::string>{"24 2 of a.example"});
}

TEST_CASE("a flood of different datagrams is bounded, known ones go on") {
  Tally tally;
  const std::string padding = R"(,"x":")" + std::string(200000, 'x');
  int taken = 0;
  while (tally.count(kDay, session("a.example", 0, padding + std::to_string(taken) + "\"")).fate ==
         Tally::Fate::counted) {
    ++taken;
  }
  CHECK(taken > 55);
  CHECK(taken < 65);
  CHECK(tally.crowded());
  CHECK(tally.count(kDay, session("a.example", 0, padding + "0\"")).fate == Tally::Fate::counted);
  CHECK(tally.pending() == static_cast<std::uint64_t>(taken) + 1);
  CHECK(tally.take(kDay).size() == static_cast<std::size_t>(taken));
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
  CHECK(take(tally) == std::vector<std::string>(all.size(), "24 2 of a.example"));
}

}  // namespace strictmx
