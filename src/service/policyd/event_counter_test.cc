#include "service/policyd/event_counter.h"

#include <doctest/doctest.h>

#include <vector>

namespace strictmx {

namespace {

class TestClock final : public Clock {
 public:
  Now now() const override { return Now{wall, MonoTime{}}; }
  WallTime wall = parse_utc("2026-11-24T23:59:59Z").value();
};

TlsPolicyResult failing() {
  TlsPolicyResult result;
  result.sts.state = StsState::no_policy;
  result.sts.failure = StsFailure{ResultType::sts_policy_fetch_error, "http-404"};
  result.verdict = decide_without_policy("none");
  result.reportable = true;
  return result;
}

TlsPolicyResult good() {
  TlsPolicyResult result = failing();
  result.sts.failure.reset();
  result.reportable = false;
  return result;
}

}  // namespace

TEST_CASE("answers are counted while something fails, on the day they are given (RPT-T01)") {
  TestClock clock;
  EventCounter counter(clock);
  std::vector<DomainResults> taken;
  const std::string key = "example.com";
  const NextHop hop{Domain::parse("example.com").value(), Routing::mx};
  counter.count(key, 1);  // nobody takes, nothing is known
  counter.on_results([&](DomainResults results) { taken.push_back(std::move(results)); });
  counter.count(key, 1);
  CHECK(taken.empty());

  counter.learn(hop, failing());
  CHECK(taken.empty());  // a look-up alone is no attempt to deliver
  counter.count(key, 3);
  clock.wall += Seconds{1};
  counter.count(key, 2);
  counter.count(key, 0);
  REQUIRE(taken.size() == 2);
  CHECK(format_day(taken[0].day) == "2026-11-24");
  CHECK(taken[0].policies.at(0).failures == 3);
  CHECK(taken[0].policies.at(0).details.at(0).sessions == 3);
  CHECK(format_day(taken[1].day) == "2026-11-25");
  CHECK(taken[1].policies.at(0).failures == 2);

  // The host itself is another question than its MX records.
  counter.count("[example.com]", 1);
  CHECK(taken.size() == 2);

  counter.learn(hop, good());
  counter.count(key, 5);
  CHECK(taken.size() == 2);
}

TEST_CASE("answers for several MX hosts are one attempt") {
  TestClock clock;
  EventCounter counter(clock);
  std::uint64_t attempts = 0;
  counter.on_results(
      [&](const DomainResults& results) { attempts += results.policies.at(0).failures; });
  const NextHop hop{Domain::parse("example.com").value(), Routing::mx};
  TlsPolicyResult result = failing();
  for (const auto* host : {"a.example.com", "b.example.com", "c.example.com"}) {
    result.verdict.hosts.push_back(MxVerdict{host, HostVerdict::sts_unlisted});
  }
  result.sts.failure.reset();
  // Of each attempt three hosts are left out.
  counter.learn(hop, result);
  counter.count("example.com", 1);
  CHECK(attempts == 3);
  counter.count("example.com", 1);
  counter.count("example.com", 1);
  CHECK(attempts == 3);
  counter.count("example.com", 7);
  CHECK(attempts == 3 + 3 * 3);
  counter.count("example.com", 2);
  CHECK(attempts == 3 + 3 * 3);
}

}  // namespace strictmx
