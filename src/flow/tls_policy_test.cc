#include "flow/tls_policy.h"

#include <doctest/doctest.h>

#include "support/dane_world.h"

namespace strictmx {

using namespace script;

namespace {

const std::string kPolicy =
    "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmx: *.pool.example.com\nmax_age: 604800\n";
const std::string kTxtRecord = "v=STSv1; id=1;";

StsMemory stored() {
  StsMemory memory;
  memory.policy = known("1", kPolicy, -60);
  return memory;
}

}  // namespace

TEST_CASE("STS-V01 the MX records that the policy lists are named in order of preference") {
  const auto result = play(
      stored(), {txt({kTxtRecord}), mx({"a.pool.example.com", "evil.test", "mx1.example.com"})});
  CHECK(result.verdict.rule == DomainRule::enforce);
  REQUIRE(result.verdict.hosts.size() == 3);
  CHECK(result.verdict.hosts[0].verdict == HostVerdict::sts_enforce);
  CHECK(result.verdict.hosts[1].verdict == HostVerdict::sts_unlisted);
  CHECK(result.verdict.hosts[2].verdict == HostVerdict::sts_enforce);
}

TEST_CASE("STS-A01 no listed MX: the mail waits") {
  const auto result = play(stored(), {txt({kTxtRecord}), mx({"evil.test"})});
  CHECK(result.verdict.rule == DomainRule::defer);
  CHECK(result.hold == kUndecidedHold);  // an attack that ends should not go on in memory
}

TEST_CASE("STS-A01 unknown MX records: only hosts that the policy allows") {
  MxAnswer failed;
  failed.meta.status = DnsStatus::timeout;
  const auto result = play(stored(), {txt({kTxtRecord}), failed});
  CHECK(result.verdict.rule == DomainRule::enforce_pattern);
}

TEST_CASE("STS-D07 a bracketed host is its own MX and no MX records are asked") {
  Play game(NextHop{Domain::parse("mx1.example.com").value(), Routing::host}, {}, kStsOnly, at(0));
  game.feed(txt({kTxtRecord}));
  game.feed(body(kPolicy));
  game.feed(Saved{Result<void>{}});
  REQUIRE(game.open().empty());
  CHECK(game.machine().result().verdict.rule == DomainRule::enforce);
}

TEST_CASE("STS-A01 giving up while the MX records are awaited keeps the fetched policy") {
  const auto result = play({}, {txt({kTxtRecord}), body(kPolicy), Saved{Result<void>{}}, Cancel{}});
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

TEST_CASE("STS-X02 where DANE protects every host the verdict does not wait for the policy") {
  const TlsPolicySettings with_dane;
  Play game(NextHop{Domain::parse("example.com").value(), Routing::mx}, {}, with_dane, at(0));
  CHECK_FALSE(game.machine().dane_open());
  game.feed(secure_mx({"mx1.example.com", "mx2.example.com"}));
  CHECK(game.machine().dane_open());
  game.feed(host_at(DnsTrust::secure));
  game.feed(host_at(DnsTrust::secure));
  game.feed(tlsa(DnsTrust::secure, {ee_record()}));
  CHECK_FALSE(game.machine().decided());
  game.feed(tlsa(DnsTrust::secure, {ee_record()}));
  CHECK(game.machine().decided());
  CHECK_FALSE(game.machine().dane_open());
  CHECK_FALSE(game.machine().finished());
  game.feed(txt({kTxtRecord}));
  game.feed(body(kPolicy));
  game.feed(Saved{Result<void>{}});
  CHECK(game.machine().finished());
  CHECK(game.machine().result().verdict.rule == DomainRule::dane);
  CHECK(game.machine().result().sts.source == PolicySource::fresh);
}

TEST_CASE("DANE-03 STS-X03 no fault at any step of a DANE look-up opens the way to the clear") {
  const TlsPolicySettings with_dane;
  const std::vector<Event> events{txt({}), secure_mx({"mx1.example.com"}),
                                  host_at(DnsTrust::secure), tlsa(DnsTrust::secure, {ee_record()})};
  CHECK(play({}, events, at(0), with_dane).verdict.rule == DomainRule::dane);
  replay_with_faults(
      {}, events,
      [](const TlsPolicyResult& result) {
        CHECK(result.verdict.rule != DomainRule::none);
        CHECK(result.verdict.rule != DomainRule::testing);
      },
      with_dane);
}

TEST_CASE("DANE-08 many MX hosts: a bounded number, a few at a time") {
  const TlsPolicySettings with_dane;
  Play game(NextHop{Domain::parse("example.com").value(), Routing::mx}, {}, with_dane, at(0));
  std::vector<std::string> hosts;
  for (int i = 0; i < 100; ++i) hosts.push_back("mx" + std::to_string(i) + ".example.com");
  game.feed(txt({}));
  game.feed(secure_mx(hosts));
  std::size_t asked = 0;
  while (!game.open().empty()) {
    CHECK(game.open().size() <= kDaneHostsAtOnce);
    if (std::holds_alternative<AskAddresses>(game.open().front().question)) {
      ++asked;
      game.feed(host_at(DnsTrust::secure));
    } else {
      game.feed(tlsa(DnsTrust::secure, {ee_record()}));
    }
  }
  CHECK(asked == kMaxDaneHosts);
  CHECK(game.machine().result().verdict.rule == DomainRule::dane);
}

}  // namespace strictmx
