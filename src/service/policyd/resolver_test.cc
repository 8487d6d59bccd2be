#include "service/policyd/resolver.h"

#include <doctest/doctest.h>

#include "service/policyd/test_world.h"

namespace strictmx {

using test::Asker;
using test::kBody;
using test::kNotFound;
using test::kSecure;
using test::World;

TEST_CASE("a cold domain is looked up once, saved, and then answered from memory") {
  World world;
  const auto replies = world.ask(std::vector<std::string>(20, "example.com"));
  for (const auto& reply : replies) CHECK(reply == kSecure);
  CHECK(world.fetch.fetches == 1);
  CHECK(world.sink.saved.size() == 1);
  std::string out;
  CHECK(world.answer_now("example.com", out));
  CHECK(out == kSecure);
  CHECK(world.dns.questions == 1);
}

TEST_CASE("STS-D06 keys of every form reach the same answer") {
  World world;
  CHECK(world.ask({"Example.COM."})[0] == kSecure);
  for (const std::string key : {"example.com", "EXAMPLE.com", "example.com:25", "example.com."}) {
    std::string out;
    CAPTURE(key);
    CHECK(world.answer_now(key, out));
    CHECK(out == kSecure);
  }
}

TEST_CASE("STS-D04 parents, literals and single labels are answered at once") {
  World world;
  for (const std::string key : {".example.com", "[192.0.2.1]", "192.0.2.1", "localhost", "", "a b",
                                "[IPv6:2001:db8::1]:25"}) {
    std::string out;
    CAPTURE(key);
    CHECK(world.answer_now(key, out));
    CHECK(out == kNotFound);
  }
  CHECK(world.dns.questions == 0);
}

TEST_CASE("the deadline defers an unknown domain; the late result still counts") {
  World world;
  const auto reply = world.ask({"slow.example"})[0];
  CHECK(reply.find(":TEMP ") != std::string::npos);
  std::string out;
  CHECK_FALSE(world.answer_now("slow.example", out));
  world.dns.txt["_mta-sts.slow.example"] = TxtAnswer{};
  world.io.run();
  CHECK(world.answer_now("slow.example", out));
}

TEST_CASE("STS-C03 at the deadline a stored policy is answered, not less") {
  World world;
  KnownPolicy known{Domain::parse("slow.example").value(), "1", kBody, parse_policy(kBody)->policy,
                    world.clock.now().wall - Seconds{60}};
  world.engine.remember(known);
  CHECK(world.ask({"slow.example"})[0] == kSecure);
  std::string out;
  CHECK(world.answer_now("slow.example", out));  // nobody waits a second time
  CHECK(out == kSecure);
}

TEST_CASE("STS-F11 a broken policy host is asked once, the mail goes as without a policy") {
  World world;
  world.fetch.outcome = FetchOutcome{FetchStatus::connect_failed, "", "refused"};
  for (int i = 0; i < 20; ++i) CHECK(world.ask({"example.com"})[0] == kNotFound);
  CHECK(world.fetch.fetches == 1);
}

TEST_CASE("too many look-ups at once defer new names, known policies stay") {
  World world;
  KnownPolicy known{Domain::parse("known.example").value(), "1", kBody, parse_policy(kBody)->policy,
                    world.clock.now().wall - Seconds{60}};
  world.engine.remember(known);
  std::vector<std::string> keys;
  for (int i = 0; i < 30; ++i) keys.push_back("n" + std::to_string(i) + ".example");
  keys.push_back("known.example");
  const auto replies = world.ask(keys);
  CHECK(replies[0].find("TEMP the look-up takes") != std::string::npos);
  CHECK(replies[29].find("TEMP too many") != std::string::npos);
  CHECK(replies[30] == kSecure);
}

TEST_CASE("stopping answers everyone who waits") {
  World world;
  Asker asker;
  world.resolver.answer_later({"slow.example"}, asker);
  world.settle();
  CHECK(asker.reply.empty());
  world.resolver.stop();
  CHECK(asker.reply == "18:TEMP shutting down,");
  CHECK_FALSE(world.resolver.next_deadline());
}

TEST_CASE("who has gone is not answered, the others are") {
  World world;
  Asker stays;
  {
    Asker goes;
    world.resolver.answer_later({"example.com"}, goes);
    world.resolver.answer_later({"example.com"}, stays);
  }
  world.settle();
  CHECK(stays.reply == kSecure);
  CHECK(world.fetch.fetches == 1);
}

TEST_CASE("a waiter that asks again from its reply begins a look-up of its own") {
  class Persistent final : public Waiter {
   public:
    explicit Persistent(Resolver& resolver) : resolver_(resolver) {}
    void on_reply(std::string_view) override {
      if (++replies < 3) resolver_.answer_later({"example.com"}, *this);
    }
    int replies = 0;

   private:
    Resolver& resolver_;
  };
  World world;
  Persistent waiter(world.resolver);
  world.resolver.answer_later({"example.com"}, waiter);
  world.settle();
  CHECK(waiter.replies == 3);
}

TEST_CASE("each waiter has its own deadline, also when that was made shorter") {
  World world;
  Asker patient;
  Asker hasty;
  world.resolver.set_deadline(Seconds{4});
  world.resolver.answer_later({"slow.example"}, patient);
  world.resolver.set_deadline(Seconds{1});
  world.resolver.answer_later({"slow.example"}, hasty);
  world.settle();
  world.clock.shift += Seconds{2};
  world.resolver.expire();
  CHECK(hasty.reply.find("TEMP the look-up takes") != std::string::npos);
  CHECK(patient.reply.empty());
  REQUIRE(world.resolver.next_deadline());
  world.clock.shift += Seconds{2};
  world.resolver.expire();
  CHECK_FALSE(patient.reply.empty());
}

TEST_CASE("STS-C04 a policy in use is fetched again within a day, its record gone or not") {
  World world;
  REQUIRE(world.ask({"example.com"})[0] == kSecure);
  world.dns.txt["_mta-sts.example.com"] = TxtAnswer{{DnsStatus::no_name, {}, {}, {}, {}}, {}};
  world.clock.shift = Seconds{86500};
  world.engine.refresh_due();
  world.io.restart();
  world.io.run();
  CHECK(world.fetch.fetches == 2);
  REQUIRE(world.sink.saved.size() == 2);
  CHECK(world.sink.saved[1].fetched_at >= world.sink.saved[0].fetched_at + Seconds{86400});
  world.engine.refresh_due();
  CHECK(world.engine.in_flight() == 0);
}

TEST_CASE("STS-C05 a refresh that fails is told, and the policy stays") {
  World world;
  REQUIRE(world.ask({"example.com"})[0] == kSecure);
  world.fetch.outcome = FetchOutcome{FetchStatus::timeout, "", "timeout"};
  world.clock.shift = Seconds{86500};
  world.engine.refresh_due();
  world.io.restart();
  world.io.run();
  CHECK(world.fetch.fetches == 2);
  CHECK(world.log.events.back() == "policy_refresh_failed");
  CHECK(world.ask({"example.com"})[0] == kSecure);
}

TEST_CASE("policies that cannot be had are counted, with the mode that is kept") {
  const std::string counter = "strictmx_policy_failures_total{kept=\"";
  const std::string invalid = "\",type=\"sts-policy-invalid\"} ";
  World world;
  world.fetch.outcome.body = "version: STSv1\nmode: nonsense\n";
  for (int i = 0; i < 2; ++i) CHECK(world.ask({"example.com"})[0] == kNotFound);
  CHECK(world.metrics.text().find(counter + "none" + invalid + "1\n") != std::string::npos);
  world.fetch.outcome.body = kBody;
  world.dns.txt["_mta-sts.example.com"] = test::record("v=STSv1; id=2;");
  world.clock.shift += Seconds{700};
  CHECK(world.ask({"example.com"})[0] == kSecure);
  world.fetch.outcome.body = "\n";
  world.clock.shift += Seconds{86500};
  world.engine.refresh_due();
  world.settle();
  CHECK(world.metrics.text().find(counter + "enforce" + invalid + "1\n") != std::string::npos);
  world.dns.txt["_mta-sts.example.com"] = test::record("v=STSv1; id=3;");
  world.fetch.outcome = FetchOutcome{FetchStatus::media_type, "", "text/html"};
  CHECK(world.ask({"example.com"})[0] == kSecure);
  CHECK(world.metrics.text().find(counter + "enforce\",type=\"sts-policy-fetch-error\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("a domain that Sendmail cannot be told of is deferred and the operator is told") {
  World world;
  const std::string label(63, 'x');
  const std::string host = label + "." + label + "." + label + "." + std::string(30, 'x');
  world.fetch.outcome.body = "version: STSv1\nmode: enforce\nmx: " + host + "\nmax_age: 604800\n";
  world.dns.mx["example.com"] = test::one_mx(host);
  std::string out;
  Asker asker;
  REQUIRE_FALSE(world.answer_now("example.com", out, Dialect::sendmail));
  world.resolver.answer_later({"example.com", Dialect::sendmail}, asker);
  world.settle();
  CHECK(asker.reply.find("TEMP no MX host name is short enough for Sendmail") != std::string::npos);
  CHECK(world.log.events.back() == "answer_too_long");
  CHECK(world.metrics.text().find("strictmx_answers_too_long_total 1") != std::string::npos);
}

TEST_CASE("an override decides before any look-up, and ends") {
  World world;
  world.engine.set_overrides({*parse_override("example.com none"),
                              *parse_override("never.example dane-only until=1999-12-31")});
  CHECK(world.ask({"example.com"})[0] == kNotFound);
  CHECK(world.dns.questions == 0);
  CHECK(world.ask({"never.example"})[0].find("dane") == std::string::npos);
  world.engine.set_overrides({});
  world.resolver.forget(Domain::parse("example.com").value());
  CHECK(world.ask({"example.com"})[0] == kSecure);
}

}  // namespace strictmx
