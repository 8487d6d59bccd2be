#include "service/policyd/verdicts.h"

#include <doctest/doctest.h>

#include "service/policyd/test_world.h"

using namespace strictmx;
using namespace strictmx::test;

namespace {

constexpr Millis kEnough{60000};
constexpr Millis kShort{20};

NextHop hop(const char* domain) { return NextHop{Domain::parse(domain).value(), Routing::mx}; }

struct Asking {
  World world;
  Verdicts verdicts{world.io, world.engine, world.clock};
  std::vector<Verdicts::Shared> answers;
  Millis patience = kEnough;

  static Task<void> one(Asking& self, NextHop next, DaneUse dane) {
    Verdicts::Shared answer = co_await self.verdicts.decide(std::move(next), dane, self.patience);
    self.answers.push_back(std::move(answer));
  }

  // All at once.
  std::vector<Verdicts::Shared> ask(const std::vector<NextHop>& hops, DaneUse dane = DaneUse::on) {
    answers.clear();
    world.io.restart();
    for (const auto& next : hops) {
      Task<void> task = one(*this, next, dane);
      asio::co_spawn(world.io, std::move(task), asio::detached);
    }
    while (answers.size() < hops.size()) world.io.run_one();
    return answers;
  }
};

}  // namespace

TEST_CASE("equal questions share one look-up, later ones are answered from memory") {
  Asking asking;
  const auto answers = asking.ask(std::vector<NextHop>(20, hop("example.com")));
  for (const auto& answer : answers) {
    CHECK(answer->verdict.rule == DomainRule::enforce);
    CHECK(answer->source == PolicySource::fresh);
    CHECK(answer->verdict.policy->body.empty());
  }
  CHECK(asking.world.fetch.fetches == 1);
  const int questions = asking.world.dns.questions;
  CHECK(asking.ask({hop("example.com")})[0] == answers[0]);
  CHECK(asking.world.dns.questions == questions);
  CHECK(asking.verdicts.waiting() == 0);
}

TEST_CASE("a verdict is looked up anew when it no longer holds, or is forgotten") {
  Asking asking;
  asking.ask({hop("example.com")});
  const int questions = asking.world.dns.questions;
  asking.world.clock.shift = Seconds{400};  // beyond the TTL
  asking.ask({hop("example.com")});
  CHECK(asking.world.dns.questions == questions + 1);
  asking.verdicts.forget(hop("example.com").domain);
  asking.ask({hop("example.com")});
  CHECK(asking.world.dns.questions == questions + 2);
}

TEST_CASE("STS-C03 when patience ends a stored policy is answered, else a deferral") {
  Asking asking;
  asking.patience = kShort;
  const KnownPolicy known{hop("slow.example").domain, "1", kBody, parse_policy(kBody)->policy,
                          asking.world.clock.now().wall - Seconds{60}};
  asking.world.engine.remember(known);
  const auto late = asking.ask({hop("slow.example")})[0];
  CHECK(late->verdict.rule == DomainRule::enforce_pattern);
  CHECK(late->source == PolicySource::cache);
  CHECK(asking.ask({hop("unknown.example")})[0]->verdict.rule == DomainRule::defer);
  CHECK(asking.verdicts.remembered() == 0);  // what was said at the deadline is not kept
}

TEST_CASE("a stop decides nothing: who waits is deferred, or gets the stored policy") {
  Asking asking;
  asking.world.parts.rules.sts.on_dns_error = DnsErrorRule::ignore;
  const KnownPolicy known{hop("stored.example").domain, "1", kBody, parse_policy(kBody)->policy,
                          asking.world.clock.now().wall - Seconds{60}};
  asking.world.engine.remember(known);
  asking.ask({hop("example.com")});
  asking.world.io.restart();
  asio::post(asking.world.io,
             [&] { asio::post(asking.world.io, [&] { asking.verdicts.stop(); }); });
  const auto waited = asking.ask({hop("stored.example"), hop("slow.example")});
  CHECK(waited[0]->verdict.rule == DomainRule::enforce_pattern);
  CHECK(waited[1]->verdict.rule == DomainRule::defer);
  CHECK(asking.ask({hop("new.example")})[0]->verdict.rule == DomainRule::defer);
  CHECK(asking.ask({hop("example.com")})[0]->verdict.rule == DomainRule::enforce);  // known
}

TEST_CASE("with and without DANE are different questions") {
  Asking asking;
  const auto with = asking.ask({hop("example.com")}, DaneUse::on)[0];
  const auto without = asking.ask({hop("example.com")}, DaneUse::off)[0];
  CHECK(with != without);
  CHECK(without->verdict.rule == DomainRule::enforce);
  CHECK(asking.verdicts.remembered() == 2);
}

TEST_CASE("DANE of every MX host does not hide the policy from an MTA without DANE") {
  Asking asking;
  auto& dns = asking.world.dns;
  dns.mx["example.com"].meta.trust = DnsTrust::secure;
  dns.dane = true;
  CHECK(asking.ask({hop("example.com")}, DaneUse::on)[0]->verdict.rule == DomainRule::dane);
  CHECK(asking.ask({hop("example.com")}, DaneUse::off)[0]->verdict.rule == DomainRule::enforce);
}

TEST_CASE("a domain that comes under an enforce policy is not answered as before") {
  Asking asking;
  asking.world.fetch.outcome = FetchOutcome{FetchStatus::connect_failed, "", "refused"};
  CHECK(asking.ask({hop("example.com")})[0]->verdict.rule == DomainRule::none);
  asking.world.fetch.outcome = FetchOutcome{FetchStatus::ok, kBody, ""};
  asking.world.dns.txt["_mta-sts.example.com"] = record("v=STSv1; id=2;");
  CHECK(asking.ask({hop("example.com")}, DaneUse::off)[0]->verdict.rule == DomainRule::enforce);
  CHECK(asking.ask({hop("example.com")})[0]->verdict.rule == DomainRule::enforce);
}
