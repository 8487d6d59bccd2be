#include "core/verdict_json.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("the verdict of a domain under a policy as the API shows it") {
  const Domain domain = Domain::parse("example.com").value();
  const std::string body =
      "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx1.example.com\nmx: *.example.net\n";
  const KnownPolicy policy{domain, "7", body, parse_policy(body).value().policy,
                           WallTime{Seconds{1700000000}}};
  MxAnswer mx;
  mx.meta.status = DnsStatus::found;
  mx.hosts = {{10, "mx1.example.com"}, {20, "evil.example"}};
  const Json json = domain_json(domain, decide_with_policy(policy, mx),
                                {.source = "fresh", .hold = Seconds{300}});
  CHECK(json.dump() ==
        R"({"domain":"example.com","rule":"enforce","defer":false,"mode":"enforce",)"
        R"("source":"fresh","id":"7","fetched_at":"2023-11-14T22:13:20Z",)"
        R"("expires_at":"2023-11-15T22:13:20Z","mx_patterns":["mx1.example.com","*.example.net"],)"
        R"("mx":[{"host":"mx1.example.com","verdict":"sts_enforce","allowed":true,"tls":"pkix",)"
        R"("requiretls":true},{"host":"evil.example","verdict":"sts_unlisted","allowed":false,)"
        R"("tls":"pkix","requiretls":false}],)"
        R"("reason":"enforce policy; 1 of 2 MX hosts listed","ttl":300})");
}

TEST_CASE("absent values are null") {
  const Json json =
      domain_json(Domain::parse("example.com").value(), decide_deferral("DNS timeout"), {"none"});
  CHECK(json.dump() ==
        R"({"domain":"example.com","rule":"defer","defer":true,"mode":null,"source":"none",)"
        R"("id":null,"fetched_at":null,"expires_at":null,"mx_patterns":[],"mx":[],)"
        R"("reason":"DNS timeout","ttl":0})");
}
