#include "flow/tls_policy.h"

#include <doctest/doctest.h>

#include "support/lookup_script.h"

namespace strictmx {

using namespace script;

namespace {

const std::string kPolicy =
    "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmx: *.pool.example.com\nmax_age: 604800\n";
const std::string kRecord = "v=STSv1; id=1;";

StsMemory stored() {
  StsMemory memory;
  memory.policy = known("1", kPolicy, -60);
  return memory;
}

}  // namespace

TEST_CASE("STS-V01 the MX records that the policy lists are named in order of preference") {
  const auto result =
      play(stored(), {txt({kRecord}), mx({"a.pool.example.com", "evil.test", "mx1.example.com"})});
  CHECK(result.verdict.rule == DomainRule::enforce);
  REQUIRE(result.verdict.hosts.size() == 3);
  CHECK(result.verdict.hosts[0].verdict == HostVerdict::sts_enforce);
  CHECK(result.verdict.hosts[1].verdict == HostVerdict::sts_unlisted);
  CHECK(result.verdict.hosts[2].verdict == HostVerdict::sts_enforce);
}

TEST_CASE("STS-A01 no listed MX: the mail waits") {
  const auto result = play(stored(), {txt({kRecord}), mx({"evil.test"})});
  CHECK(result.verdict.rule == DomainRule::defer);
  CHECK(result.hold == kUndecidedHold);  // an attack that ends should not go on in memory
}

TEST_CASE("STS-A01 unknown MX records: only hosts that the policy allows") {
  MxAnswer failed;
  failed.meta.status = DnsStatus::timeout;
  const auto result = play(stored(), {txt({kRecord}), failed});
  CHECK(result.verdict.rule == DomainRule::enforce_pattern);
}

TEST_CASE("STS-D07 a bracketed host is its own MX and no MX records are asked") {
  TlsPolicy machine(NextHop{Domain::parse("mx1.example.com").value(), Routing::host}, {}, {});
  auto action = machine.start(at(0));
  action = feed(machine, at(0), action, txt({kRecord}));
  action = feed(machine, at(0), action, body(kPolicy));
  action = feed(machine, at(0), action, Saved{Result<void>{}});
  REQUIRE(std::holds_alternative<Done>(action));
  CHECK(machine.result().verdict.rule == DomainRule::enforce);
}

TEST_CASE("STS-A01 giving up while the MX records are awaited keeps the fetched policy") {
  const auto result = play({}, {txt({kRecord}), body(kPolicy), Saved{Result<void>{}}, Cancel{}});
  CHECK(result.verdict.rule == DomainRule::enforce_pattern);
}

TEST_CASE("STS-C03 the stored policy alone gives an answer of the same strength") {
  const NextHop hop{Domain::parse("example.com").value(), Routing::mx};
  const auto live = decide_from_stored(hop, stored().policy, at(0).wall);
  REQUIRE(live);
  CHECK(live->rule == DomainRule::enforce_pattern);
  CHECK_FALSE(decide_from_stored(hop, stored().policy, at(700000).wall));
  CHECK_FALSE(decide_from_stored(hop, std::nullopt, at(0).wall));
}

}  // namespace strictmx
