#include "service/policyd/resolver.h"

#include <doctest/doctest.h>

#include <map>

namespace strictmx {

namespace {

const std::string kBody = "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n";
const std::string kSecure = "51:OK secure match=mx1.example.com servername=hostname,";
const std::string kNotFound = "9:NOTFOUND ,";

class SilentLog : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField>) override {
    events.emplace_back(event);
  }
  std::vector<std::string> events;
};

// Answers by table; a name that is not in it never gets an answer before its deadline.
class FakeDns : public DnsClient {
 public:
  explicit FakeDns(asio::io_context& io) : io_(io) {}
  std::map<std::string, TxtAnswer> txt;
  std::map<std::string, MxAnswer> mx;
  int questions = 0;

  Task<TxtAnswer> query_txt(std::string name, MonoTime deadline) override {
    ++questions;
    co_await pause(txt.contains(name) ? MonoTime{} : deadline);
    if (txt.contains(name)) co_return txt[name];
    TxtAnswer answer;
    answer.meta.status = DnsStatus::timeout;
    co_return answer;
  }
  Task<MxAnswer> query_mx(Domain domain, MonoTime) override {
    co_await pause(MonoTime{});
    co_return mx[domain.text()];
  }
  Task<AddressAnswer> query_addresses(Domain, MonoTime) override { co_return AddressAnswer{}; }
  Task<CnameAnswer> query_cname(Domain, MonoTime) override { co_return CnameAnswer{}; }
  Task<TlsaAnswer> query_tlsa(Domain, MonoTime) override { co_return TlsaAnswer{}; }
  void cancel_all() override {}

 private:
  Task<void> pause(MonoTime until) {
    OneShot<int> never(io_.get_executor());
    co_await never.wait(until);
  }
  asio::io_context& io_;
};

class FakeFetch : public PolicyFetch {
 public:
  int fetches = 0;
  FetchOutcome outcome{FetchStatus::ok, kBody, ""};
  Task<FetchOutcome> fetch(Domain) override {
    ++fetches;
    co_return outcome;
  }
  void cancel_all() override {}
};

class FakeSink : public PolicySink {
 public:
  std::vector<KnownPolicy> saved;
  Task<Result<void>> save(KnownPolicy policy) override {
    saved.push_back(std::move(policy));
    co_return Result<void>{};
  }
};

TxtAnswer record(const std::string& text) {
  TxtAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.ttl = Seconds{300};
  answer.records = {text};
  return answer;
}

MxAnswer one_mx(const std::string& host) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.ttl = Seconds{300};
  answer.hosts = {MxHost{10, host}};
  return answer;
}

// The system's time and what a test adds to it.
class MovableClock : public Clock {
 public:
  Now now() const override {
    const Now now = SystemClock().now();
    return Now{now.wall + shift, now.mono + shift};
  }
  Seconds shift{0};
};

// The daemon's two threads as one, with a world by table.
struct World {
  asio::io_context io;
  FakeDns dns{io};
  FakeFetch fetch;
  FakeSink sink;
  Metrics metrics;
  SilentLog log;
  MovableClock clock;
  LookupParts parts{clock, dns, fetch, sink, metrics, {}, Millis{2000}};
  Engine engine{io, parts, log, 8};
  Resolver resolver{{io, io}, engine, metrics, clock, {Millis{50}, 1000}};

  World() {
    dns.txt["_mta-sts.example.com"] = record("v=STSv1; id=1;");
    dns.mx["example.com"] = one_mx("mx1.example.com");
  }

  // All at once; replies in order of the keys.
  std::vector<std::string> ask(const std::vector<std::string>& keys) {
    std::vector<std::string> replies(keys.size());
    std::size_t open = 0;
    io.restart();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (resolver.answer_now(keys[i], replies[i])) continue;
      ++open;
      Task<void> task = resolver.answer_later(keys[i], replies[i]);
      asio::co_spawn(io, std::move(task), [&open](std::exception_ptr) { --open; });
    }
    while (open > 0) io.run_one();
    return replies;
  }
};

}  // namespace

TEST_CASE("a cold domain is looked up once, saved, and then answered from memory") {
  World world;
  const auto replies = world.ask(std::vector<std::string>(20, "example.com"));
  for (const auto& reply : replies) CHECK(reply == kSecure);
  CHECK(world.fetch.fetches == 1);
  CHECK(world.sink.saved.size() == 1);
  std::string out;
  CHECK(world.resolver.answer_now("example.com", out));
  CHECK(out == kSecure);
  CHECK(world.dns.questions == 1);
}

TEST_CASE("STS-D06 keys of every form reach the same answer") {
  World world;
  CHECK(world.ask({"Example.COM."})[0] == kSecure);
  for (const std::string key : {"example.com", "EXAMPLE.com", "example.com:25", "example.com."}) {
    std::string out;
    CAPTURE(key);
    CHECK(world.resolver.answer_now(key, out));
    CHECK(out == kSecure);
  }
}

TEST_CASE("STS-D04 parents, literals and single labels are answered at once") {
  World world;
  for (const std::string key : {".example.com", "[192.0.2.1]", "192.0.2.1", "localhost", "", "a b",
                                "[IPv6:2001:db8::1]:25"}) {
    std::string out;
    CAPTURE(key);
    CHECK(world.resolver.answer_now(key, out));
    CHECK(out == kNotFound);
  }
  CHECK(world.dns.questions == 0);
}

TEST_CASE("the deadline defers an unknown domain; the late result still counts") {
  World world;
  const auto reply = world.ask({"slow.example"})[0];
  CHECK(reply.find(":TEMP ") != std::string::npos);
  std::string out;
  CHECK_FALSE(world.resolver.answer_now("slow.example", out));
  world.dns.txt["_mta-sts.slow.example"] = TxtAnswer{};
  world.io.run();
  CHECK(world.resolver.answer_now("slow.example", out));
}

TEST_CASE("STS-C03 at the deadline a stored policy is answered, not less") {
  World world;
  KnownPolicy known{Domain::parse("slow.example").value(), "1", kBody, parse_policy(kBody)->policy,
                    world.clock.now().wall - Seconds{60}};
  world.engine.remember(known);
  CHECK(world.ask({"slow.example"})[0] == kSecure);
  std::string out;
  CHECK(world.resolver.answer_now("slow.example", out));  // nobody waits a second time
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
  std::string out;
  bool done = false;
  Task<void> task = world.resolver.answer_later("slow.example", out);
  asio::co_spawn(world.io, std::move(task), [&](std::exception_ptr) { done = true; });
  world.io.poll();
  world.resolver.stop();
  world.io.poll();
  CHECK(done);
  CHECK(out == "18:TEMP shutting down,");
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

TEST_CASE("a policy that is forgotten is looked up anew") {
  World world;
  REQUIRE(world.ask({"example.com"})[0] == kSecure);
  CHECK(world.engine.forget(Domain::parse("example.com").value()));
  CHECK_FALSE(world.engine.forget(Domain::parse("example.com").value()));
  CHECK_FALSE(world.engine.refresh_now(Domain::parse("example.com").value()));
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
