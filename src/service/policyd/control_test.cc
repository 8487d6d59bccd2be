#include "service/policyd/control.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "core/policy_export.h"
#include "service/policyd/test_world.h"

namespace strictmx {

namespace {

std::string body_of(const std::string& mode, const std::string& host, int max_age = 604800) {
  return "version: STSv1\nmode: " + mode + "\nmx: " + host +
         "\nmax_age: " + std::to_string(max_age) + "\n";
}

// One domain with a record, one policy host, one MX.
class OneDns : public DnsClient {
 public:
  std::string id = "1";
  Task<TxtAnswer> query_txt(std::string, MonoTime) override {
    TxtAnswer answer;
    answer.meta.status = id.empty() ? DnsStatus::no_name : DnsStatus::found;
    answer.meta.ttl = Seconds{300};
    if (!id.empty()) answer.records = {"v=STSv1; id=" + id + ";"};
    co_return answer;
  }
  Task<MxAnswer> query_mx(Domain, MonoTime) override {
    MxAnswer answer;
    answer.meta.status = DnsStatus::found;
    answer.hosts = {MxHost{10, "mx.a.example"}};
    co_return answer;
  }
  Task<AddressAnswer> query_addresses(Domain, MonoTime) override { co_return AddressAnswer{}; }
  Task<CnameAnswer> query_cname(Domain, MonoTime) override { co_return CnameAnswer{}; }
  Task<TlsaAnswer> query_tlsa(Domain, MonoTime) override { co_return TlsaAnswer{}; }
  void cancel_all() override {}
};

// Waits before it answers while `held`.
class OneFetch : public PolicyFetch {
 public:
  explicit OneFetch(asio::io_context& io) : gate(io, MonoTime::max()) {}
  FetchOutcome outcome{FetchStatus::ok, body_of("enforce", "mx.a.example"), ""};
  asio::steady_timer gate;
  bool held = false;
  Task<FetchOutcome> fetch(Domain) override {
    FetchOutcome got = outcome;
    if (held) co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return got;
  }
  void cancel_all() override {}
};

class MapSink : public PolicySink {
 public:
  std::map<std::string, KnownPolicy> disk;
  bool broken = false;
  Task<Result<void>> save(KnownPolicy policy) override {
    if (broken) co_return fail(Errc::io, "disk full");
    disk.insert_or_assign(policy.domain.text(), policy);
    co_return Result<void>{};
  }
  Task<Result<void>> erase(Domain domain) override {
    if (broken) co_return fail(Errc::io, "disk full");
    disk.erase(domain.text());
    co_return Result<void>{};
  }
};

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "strictmx-ctl-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  return name;
}

// The daemon's threads as one; the pins' own writes to a folder that goes away.
struct World {
  std::filesystem::path folder = make_folder();
  asio::io_context io;
  OneDns dns;
  OneFetch fetch{io};
  MapSink sink;
  Metrics metrics;
  test::SilentLog log;
  test::MovableClock clock;
  LookupParts parts{clock, dns, fetch, sink, metrics, {}, Millis{2000}};
  Engine engine{io, parts, log, 8};
  Resolver resolver{{[this](auto message) { asio::post(io, std::move(message)); }, io},
                    engine,
                    metrics,
                    clock,
                    {Millis{5000}, 1000}};
  PinKeeper pins{io, folder, {}};
  Control control{
      {io, engine, pins, clock, log, [this](const Domain& domain) { resolver.forget(domain); }}};

  World() { parts.rules.dane = DaneUse::off; }
  ~World() { std::filesystem::remove_all(folder); }

  bool answer_now(std::string& reply) {
    return resolver.answer_now({"a.example", Dialect::postfix}, clock.now().mono, reply);
  }

  std::string ask() {
    test::Asker asker;
    if (!answer_now(asker.reply)) resolver.answer_later({"a.example", Dialect::postfix}, asker);
    settle();
    return asker.reply;
  }

  // Does all that needs no time.
  void settle() {
    do {
      io.restart();
    } while (io.poll() > 0);
  }

  void run(Task<void> task) {
    bool done = false;
    asio::co_spawn(io, std::move(task), [&done](std::exception_ptr) { done = true; });
    io.restart();
    while (!done) io.run_one();
  }

  static Task<void> request(Control& control, HttpRequest request, HttpResponse& to) {
    to = co_await control.respond(std::move(request));
  }
  HttpResponse call(const char* method, const std::string& target, const std::string& body = "") {
    HttpResponse response{0, "", ""};
    Task<void> task = request(control, {method, target, body}, response);
    run(std::move(task));
    return response;
  }
  HttpResponse post(const std::string& verb, const std::string& body = "") {
    return call("POST", "/v1/policies/a.example/" + verb, body);
  }
  Json show() { return Json::parse(call("GET", "/v1/policies/a.example").body).value(); }
};

const std::string kSecure = "OK secure match=mx.a.example servername=hostname,";

bool says(const std::string& answer, const std::string& what) {
  return answer.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a live enforce policy is forgotten only by force, then in memory and on disk") {
  World world;
  REQUIRE(says(world.ask(), kSecure));
  CHECK(world.post("forget").status == 409);
  CHECK(world.post("forget", R"({"force":false})").status == 409);
  CHECK(world.sink.disk.size() == 1);
  world.dns.id.clear();
  CHECK(says(world.ask(), kSecure));
  CHECK(world.post("forget", R"({"force":true})").status == 200);
  CHECK(world.sink.disk.empty());
  CHECK(world.engine.policies() == 0);
  CHECK(world.log.events.back() == "policy_forgotten");
  CHECK(says(world.ask(), "NOTFOUND"));
  CHECK(world.post("forget", R"({"force":true})").status == 404);
}

TEST_CASE("other policies are forgotten without force") {
  for (const char* mode : {"testing", "none"}) {
    CAPTURE(mode);
    World world;
    world.fetch.outcome.body = body_of(mode, "mx.a.example");
    world.ask();
    CHECK(world.post("forget").status == 200);
  }
  World world;
  world.ask();
  world.clock.shift = Seconds{700000};  // expired
  CHECK(world.post("forget").status == 200);
}

TEST_CASE("a policy that cannot be erased on disk stays known") {
  World world;
  world.ask();
  world.sink.broken = true;
  CHECK(world.post("forget", R"({"force":true})").status == 500);
  CHECK(world.engine.policies() == 1);
  world.dns.id.clear();
  CHECK(says(world.ask(), kSecure));
}

TEST_CASE("a look-up under way does not bring back what was forgotten") {
  World world;
  world.ask();
  world.dns.id = "2";  // the next look-up fetches
  world.fetch.held = true;
  world.clock.shift = Seconds{4000};
  std::string reply;
  CHECK(world.answer_now(reply));  // from memory, and renews
  world.settle();
  REQUIRE(world.engine.in_flight() == 1);
  REQUIRE(world.post("forget", R"({"force":true})").status == 200);
  world.fetch.gate.cancel();
  world.fetch.held = false;
  world.settle();
  CHECK(world.engine.policies() == 0);
  CHECK(world.sink.disk.empty());
  world.dns.id.clear();
  CHECK(says(world.ask(), "NOTFOUND"));
}

TEST_CASE("a pinned policy applies whatever is published, and after its max_age") {
  struct Row {
    const char* name;
    std::string body;
  };
  const Row rows[] = {{"none", body_of("none", "mx.a.example")},
                      {"testing", body_of("testing", "mx.a.example")},
                      {"other hosts", body_of("enforce", "mx.evil.example")}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    World world;
    world.ask();
    REQUIRE(world.post("pin").status == 200);
    world.fetch.outcome.body = row.body;
    world.dns.id = "2";
    REQUIRE(world.post("refresh").status == 200);
    CHECK(std::ranges::count(world.log.events, "pin_differs") == 1);
    CHECK(says(world.ask(), kSecure));
    world.clock.shift = Seconds{700000};
    world.resolver.forget(Domain::parse("a.example").value());
    CHECK(says(world.ask(), kSecure));
    REQUIRE(world.post("unpin").status == 200);
    CHECK(!says(world.ask(), kSecure));
    CHECK(world.post("unpin").status == 404);
  }
}

TEST_CASE("a look-up under way does not answer less than a pin") {
  World world;
  world.ask();
  world.dns.id = "2";
  world.fetch.outcome.body = body_of("none", "mx.a.example");
  world.fetch.held = true;
  world.clock.shift = Seconds{4000};
  std::string reply;
  CHECK(world.answer_now(reply));
  world.settle();
  REQUIRE(world.post("pin").status == 200);
  world.fetch.gate.cancel();
  world.settle();
  CHECK(says(world.ask(), kSecure));
  CHECK(world.sink.disk.at("a.example").id == "1");
}

TEST_CASE("pins are on disk, end, and are renewed without another policy") {
  World world;
  CHECK(world.post("pin").status == 404);
  world.ask();
  CHECK(world.post("pin", R"({"until":"soon"})").status == 400);
  CHECK(world.post("pin", R"({"until":"2020-01-01"})").status == 400);
  REQUIRE(world.post("pin", R"({"until":"9998-12-31"})").status == 200);
  world.fetch.outcome.body = body_of("none", "mx.a.example");
  world.dns.id = "2";
  world.post("refresh");
  REQUIRE(world.post("pin").status == 200);
  const auto stored = load_pins(world.folder, world.log);
  REQUIRE(stored->pins.size() == 1);
  CHECK(stored->pins[0].policy.id == "1");
  CHECK(!stored->pins[0].until);
  CHECK(world.post("forget", R"({"force":true})").status == 409);
  world.post("unpin");
  CHECK(load_pins(world.folder, world.log)->pins.empty());
  CHECK(world.post("pin").status == 409);  // mode none now
}

TEST_CASE("a pin that cannot be written does not hold") {
  World world;
  world.ask();
  std::filesystem::create_directory(world.folder / "pins.jsonl.new");
  CHECK(world.post("pin").status == 500);
  CHECK(world.show().find("pin")->dump() == "null");
  CHECK(world.engine.pins() == 0);
}

TEST_CASE("a refresh fetches whatever failed before and says what came") {
  World world;
  CHECK(world.post("refresh").status == 404);
  world.ask();
  const FetchOutcome good = world.fetch.outcome;
  world.fetch.outcome = {FetchStatus::timeout, "", "no answer"};
  const auto failed = Json::parse(world.post("refresh").body).value();
  CHECK(failed.find("fetched")->dump() == "false");
  CHECK(failed.find("backoff")->find("reason")->dump() == "\"no answer\"");
  CHECK(failed.find("failed_refreshes")->dump() == "1");
  world.fetch.outcome = good;
  const auto fetched = Json::parse(world.post("refresh").body).value();
  CHECK(fetched.find("fetched")->dump() == "true");
  CHECK(fetched.find("backoff")->dump() == "null");
}

TEST_CASE("imported policies apply at once, if they are newer") {
  World world;
  world.dns.id.clear();
  REQUIRE(says(world.ask(), "NOTFOUND"));
  KnownPolicy policy{Domain::parse("a.example").value(),
                     "7",
                     body_of("enforce", "mx.a.example"),
                     {},
                     world.clock.now().wall};
  policy.policy = parse_policy(policy.body).value().policy;
  const std::string line = format_export_line(policy) + "\n";
  const auto first = Json::parse(world.call("POST", "/v1/import", line + "{}\n").body).value();
  CHECK(first.find("imported")->dump() == "1");
  CHECK(first.find("refused")->dump() == "1");
  CHECK(says(world.ask(), kSecure));
  CHECK(world.sink.disk.at("a.example").id == "7");
  const auto again = Json::parse(world.call("POST", "/v1/import", line).body).value();
  CHECK(again.find("kept")->dump() == "1");
  world.sink.broken = true;
  policy.fetched_at += Seconds{1};
  CHECK(world.call("POST", "/v1/import", format_export_line(policy)).status == 500);
  CHECK(world.call("POST", "/v1/import", "").status == 200);
}

TEST_CASE("what is known of a domain is told") {
  World world;
  CHECK(world.show().find("policy")->dump() == "null");
  world.ask();
  const Json known = world.show();
  CHECK(known.find("policy")->find("mode")->dump() == "\"enforce\"");
  CHECK(known.find("next_refresh")->string() != nullptr);
  world.engine.set_overrides({*parse_override("a.example none reason=test")});
  CHECK(world.show().find("override")->find("rule")->dump() == "\"none\"");
  const Json numbers = Json::parse(world.call("GET", "/v1/status").body).value();
  CHECK(numbers.find("policies")->dump() == "1");
}

TEST_CASE("requests that are none of ours are refused") {
  World world;
  world.ask();
  struct Row {
    const char* method;
    const char* target;
    const char* body;
    unsigned status;
  };
  const Row rows[] = {
      {"GET", "/", "", 404},
      {"POST", "/v1/status", "", 404},
      {"GET", "/v1/import", "", 404},
      {"GET", "/v1/policies/", "", 400},
      {"GET", "/v1/policies/a..example", "", 400},
      {"GET", "/v1/policies/a.example/forget", "", 405},
      {"POST", "/v1/policies/a.example", "", 405},
      {"POST", "/v1/policies/a.example/", "", 404},
      {"POST", "/v1/policies/a.example/remove", "", 404},
      {"POST", "/v1/policies/a.example/forget", "[]", 400},
      {"POST", "/v1/policies/a.example/forget", "{", 400},
      {"POST", "/v1/policies/a.example/forget", R"({"force":1})", 400},
      {"POST", "/v1/policies/a.example/pin", R"({"until":1})", 400},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    CAPTURE(row.body);
    const HttpResponse response = world.call(row.method, row.target, row.body);
    CHECK(response.status == row.status);
    CHECK(Json::parse(response.body).value().find("error") != nullptr);
  }
  CHECK(world.engine.policies() == 1);
}

}  // namespace strictmx
