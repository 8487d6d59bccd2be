#include "service/policyd/policy_table.h"

#include <doctest/doctest.h>

#include <string>

namespace strictmx {

namespace {

constexpr WallTime kNow{Seconds{1'790'000'000}};
constexpr Seconds kDay{86400};

KnownPolicy policy(const std::string& domain, WallTime fetched, const std::string& mode = "enforce",
                   const std::string& max_age = "604800") {
  const std::string body =
      "version: STSv1\nmode: " + mode + "\nmx: mx.example.com\nmax_age: " + max_age + "\n";
  return KnownPolicy{Domain::parse(domain).value(), "id1", body, parse_policy(body)->policy,
                     fetched};
}

Domain name(const std::string& text) { return Domain::parse(text).value(); }

// Seconds from kNow until the policy is due; -1: not within a year.
std::int64_t due_after(PolicyTable& table) {
  for (Seconds wait{0}; wait < 365 * kDay; wait += Seconds{60}) {
    if (table.take_due(kNow + wait)) return wait.count();
  }
  return -1;
}

}  // namespace

TEST_CASE("STS-C01 a policy comes back as it was put, until it is replaced or forgotten") {
  PolicyTable table;
  table.put(policy("a.example", kNow), kNow);
  table.put(policy("b.example", kNow, "testing"), kNow);
  REQUIRE(table.find(name("a.example")));
  CHECK(table.find(name("a.example"))->id == "id1");
  CHECK(table.find(name("b.example"))->policy.mode == PolicyMode::testing);
  table.put(policy("a.example", kNow + kDay, "none"), kNow + kDay);
  CHECK(table.find(name("a.example"))->policy.mode == PolicyMode::none);
  CHECK(table.find(name("a.example"))->fetched_at == kNow + kDay);
  CHECK(table.size() == 2);
  CHECK(table.erase(name("a.example")));
  CHECK_FALSE(table.erase(name("a.example")));
  CHECK_FALSE(table.find(name("a.example")));
}

TEST_CASE("STS-C04 refreshed within a day, or within half of a shorter life") {
  PolicyTable table;
  table.put(policy("a.example", kNow), kNow);
  const auto day = due_after(table);
  CHECK(day >= 64800);
  CHECK(day <= 86460);
  PolicyTable other;
  other.put(policy("a.example", kNow, "enforce", "3600"), kNow);
  const auto hour = due_after(other);
  CHECK(hour >= 1350);
  CHECK(hour <= 1860);
}

TEST_CASE("STS-C04 policies fetched together are refreshed apart") {
  PolicyTable table;
  for (int i = 0; i < 1000; ++i) {
    table.put(policy("d" + std::to_string(i) + ".example", kNow), kNow);
  }
  std::size_t most = 0;
  std::size_t all = 0;
  for (Seconds wait{0}; wait <= 2 * kDay; wait += Seconds{600}) {
    std::size_t now = 0;
    while (table.take_due(kNow + wait)) ++now;
    most = std::max(most, now);
    all += now;
  }
  CHECK(all == 1000);
  CHECK(most < 100);
}

TEST_CASE("STS-C05 mode none and what nobody uses are not refreshed") {
  PolicyTable table;
  table.put(policy("none.example", kNow, "none"), kNow);
  CHECK(due_after(table) == -1);
  table.put(policy("old.example", kNow - 40 * kDay, "enforce", "31557600"), kNow);
  CHECK(due_after(table) == -1);
  table.touch(name("old.example"), kNow);
  CHECK(due_after(table) == 0);
}

TEST_CASE("STS-C04 a failed refresh is tried again, ever less often") {
  PolicyTable table;
  table.put(policy("a.example", kNow), kNow);
  REQUIRE(due_after(table) > 0);
  Seconds at{0};
  Seconds last{0};
  for (int i = 0; i < 12; ++i) {
    table.failed(name("a.example"), kNow + at);
    Seconds wait{0};
    while (!table.take_due(kNow + at + wait)) wait += Seconds{10};
    CHECK(wait >= std::min(kFirstRetry, last));
    CHECK(wait <= kLongestRetry + Seconds{120});
    last = wait - Seconds{120};
    at += wait;
  }
  CHECK(last + Seconds{120} >= kLongestRetry);
}

TEST_CASE("STS-C05 health says how near the end is") {
  PolicyTable table;
  table.put(policy("a.example", kNow), kNow);
  table.touch(name("a.example"), kNow + 6 * kDay);
  CHECK(table.health(kNow + 3 * kDay).late == 0);
  CHECK(table.health(kNow + 4 * kDay).late == 1);
  CHECK(table.health(kNow + 4 * kDay).critical == 0);
  CHECK(table.health(kNow + 6 * kDay).critical == 1);
  CHECK(table.health(kNow + 8 * kDay).late == 0);
}

}  // namespace strictmx
