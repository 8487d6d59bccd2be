#include "service/policyd/api.h"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "service/policyd/test_world.h"

using namespace strictmx;
using namespace strictmx::test;

namespace {

struct Events : EventSink {
  std::vector<LineEvent> taken;
  void take(const LineEvent& event) override { taken.push_back(event); }
};

struct Client {
  World world;
  Events events;
  Verdicts verdicts{world.io, world.engine, world.clock};
  Api api{world.io, verdicts, events, Millis{60000}};
  std::optional<HttpResponse> response;

  static Task<void> run(Client& self, HttpRequest request) {
    HttpResponse response = co_await self.api.respond(std::move(request));
    self.response = std::move(response);
  }

  HttpResponse send(const std::string& method, const std::string& target, std::string body = "") {
    response.reset();
    world.io.restart();
    Task<void> task = run(*this, HttpRequest{method, target, std::move(body)});
    asio::co_spawn(world.io, std::move(task), asio::detached);
    while (!response) world.io.run_one();
    return *response;
  }

  Json get(const std::string& target, unsigned status) {
    const HttpResponse answer = send("GET", target);
    CHECK(answer.status == status);
    CHECK(answer.content_type == "application/json");
    return Json::parse(answer.body).value();
  }
};

std::string text(const Json& json, std::string_view key) {
  const Json* member = json.find(key);
  return member == nullptr ? "(absent)" : member->dump();
}

// The paths and methods of the OpenAPI file, which has two blanks before a path and four before a
// method.
std::set<std::string> published_routes() {
  std::ifstream file(std::string(STRICTMX_VECTORS) + "/../../docs/openapi.yaml");
  std::set<std::string> routes;
  std::string path;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  /")) path = line.substr(2, line.size() - 3);
    if (line == "    get:") routes.insert("GET " + path);
    if (line == "    post:") routes.insert("POST " + path);
  }
  return routes;
}

}  // namespace

TEST_CASE("the OpenAPI file has exactly the routes that are served") {
  std::set<std::string> served;
  for (const auto& route : api_routes()) {
    served.insert(std::string(route.method) + " " + std::string(route.path));
  }
  CHECK(served == published_routes());
}

TEST_CASE("a domain under a policy") {
  Client client;
  const Json json = client.get("/v1/policy/EXAMPLE.com.", 200);
  CHECK(text(json, "domain") == "\"example.com\"");
  CHECK(text(json, "rule") == "\"enforce\"");
  CHECK(text(json, "defer") == "false");
  CHECK(text(json, "mx_patterns") == "[\"mx1.example.com\"]");
  CHECK(json.find("ttl")->integer() != nullptr);
  CHECK(*json.find("ttl")->integer() > 250);
  CHECK(*json.find("ttl")->integer() <= 300);
}

TEST_CASE("STS-A06 what cannot be decided in time is 503") {
  Client client;
  client.api.set_deadline(Millis{20});
  const Json json = client.get("/v1/policy/slow.example", 503);
  CHECK(text(json, "defer") == "true");
  CHECK(text(client.get("/v1/policy/slow.example/mx/mx.slow.example", 503), "error") ==
        "\"defer\"");
}

TEST_CASE("one MX host, as listed and as not") {
  Client client;
  const Json good = client.get("/v1/policy/example.com/mx/MX1.example.com?dane=off", 200);
  CHECK(good.dump() ==
        R"({"host":"mx1.example.com","verdict":"sts_enforce","allowed":true,"tls":"pkix",)"
        R"("requiretls":true,"domain":"example.com",)"
        R"("reason":"enforce policy; 1 of 1 MX hosts listed"})");
  CHECK(text(client.get("/v1/policy/example.com/mx/evil.example", 200), "allowed") == "false");
  CHECK(text(client.get("/v1/policy/localhost/mx/evil.example", 200), "allowed") == "true");
}

TEST_CASE("next hops that have no policy, and what is no next hop") {
  Client client;
  CHECK(text(client.get("/v1/policy/%5B192.0.2.1%5D", 200), "rule") == "\"none\"");
  CHECK(text(client.get("/v1/policy/localhost", 200), "domain") == "\"localhost\"");
  client.get("/v1/policy/a%20b", 400);
  client.get("/v1/policy/a%20b/mx/mx.example", 400);
  client.get("/v1/policy/example.com/mx/a%20b", 400);
  client.get("/v1/policy/example.com?dane=perhaps", 400);
  CHECK(client.world.dns.questions == 0);
}

TEST_CASE("requests that fit no route") {
  Client client;
  client.get("/", 404);
  client.get("/v1/policy/", 404);
  client.get("/v1/policy/example.com/mx", 404);
  client.get("/v1/policies", 405);
  client.get("/v1/%zz", 400);
  CHECK(client.send("POST", "/v1/policy/example.com").status == 405);
  CHECK(text(client.get("/v1/health", 200), "status") == "\"ok\"");
}

TEST_CASE("many domains at once, each with its own answer, in the order of the question") {
  Client client;
  const HttpResponse answer =
      client.send("POST", "/v1/policies",
                  R"({"domains":["example.com","slow.example","localhost","a b","example.com"]})");
  CHECK(answer.status == 200);
  const Json json = Json::parse(answer.body).value();
  const auto& list = *json.find("policies")->array();
  REQUIRE(list.size() == 5);
  CHECK(text(list[0], "rule") == "\"enforce\"");
  CHECK(text(list[1], "rule") == "\"defer\"");
  CHECK(text(list[2], "rule") == "\"none\"");
  CHECK(text(list[3], "error") == "\"bad_request\"");
  CHECK(text(list[4], "rule") == "\"enforce\"");
  CHECK(client.world.fetch.fetches == 1);
  CHECK(client.send("POST", "/v1/policies", R"({"domains":[]})").status == 200);
}

TEST_CASE("batches that are refused") {
  Client client;
  std::string many = R"({"domains":["a.example")";
  for (std::size_t i = 0; i < kMaxBatch; ++i) many += ",\"a.example\"";
  CHECK(client.send("POST", "/v1/policies", many + "]}").status == 413);
  for (const std::string body :
       {"", "[]", "{}", R"({"domains":1})", R"({"domains":[1]})", R"({"domains":["a"]}x)"}) {
    CHECK_MESSAGE(client.send("POST", "/v1/policies", body).status == 400, body);
  }
}

TEST_CASE("sessions are handed on as events") {
  Client client;
  const std::string body = R"({"domain":"example.com","Result":"success"})";
  CHECK(client.send("POST", "/v1/session", body).status == 202);
  REQUIRE(client.events.taken.size() == 1);
  CHECK(*client.events.taken[0].find("result") == "success");
  CHECK(client.send("POST", "/v1/session", "[]").status == 400);
  CHECK(client.send("POST", "/v1/session", R"({"a":1})").status == 400);
}
