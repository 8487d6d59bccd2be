#include "cmd/check/check_plan.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

Result<CheckFacts> plan(std::string_view json) {
  return parse_check_plan(*Json::parse(json), "/nonexistent");
}

}  // namespace

TEST_CASE("check plan: everything that can be planned") {
  const auto facts = plan(R"({
    "domain": "Example.COM",
    "mta-sts": {"txt": ["v=STSv1; id=1;"], "policy": "version: STSv1\n"},
    "tls-rpt": {"txt": []},
    "mx": [{"host": "MX2.example.com.", "preference": 20}, {"host": "mx1.example.com"}]})");
  REQUIRE(facts);
  CHECK(facts->domain.text() == "example.com");
  CHECK(facts->planned_sts_txt);
  CHECK(facts->sts_txt.name == "_mta-sts.example.com");
  CHECK(facts->sts_txt.meta->status == DnsStatus::found);
  CHECK(facts->sts_txt.joined() == std::vector<std::string>{"v=STSv1; id=1;"});
  CHECK(facts->planned_policy);
  CHECK(facts->policy_host.fetched);
  CHECK(facts->policy_host.outcome.body == "version: STSv1\n");
  CHECK(facts->planned_rpt_txt);
  CHECK(facts->rpt_txt.meta->status == DnsStatus::no_data);
  CHECK(facts->planned_mx);
  REQUIRE(facts->mx.hosts.size() == 2);
  CHECK(facts->mx.hosts[0].exchange == "mx1.example.com");
  CHECK(facts->mx.hosts[0].preference == 10);
  CHECK(facts->mx.hosts[1].exchange == "mx2.example.com");
}

TEST_CASE("check plan: what is left out is not planned") {
  const auto facts = plan(R"({"domain": "example.com"})");
  REQUIRE(facts);
  CHECK_FALSE(facts->planned_mx);
  CHECK_FALSE(facts->planned_sts_txt);
  CHECK_FALSE(facts->planned_policy);
  CHECK_FALSE(facts->planned_rpt_txt);
}

TEST_CASE("check plan: faults are named by their key") {
  struct Row {
    const char* json;
    const char* detail;
  };
  const Row rows[] = {
      {R"({})", "domain: must be a string"},
      {R"({"domain": "a b"})", "domain: "},
      {R"({"domain": "a.test", "mxs": []})", "mxs: is not known"},
      {R"({"domain": "a.test", "mx": "x"})", "mx: must be a list of tables"},
      {R"({"domain": "a.test", "mx": [{}]})", "mx.host: must be a string"},
      {R"({"domain": "a.test", "mx": [{"host": "x", "preference": 65536}]})", "mx.preference: "},
      {R"({"domain": "a.test", "mx": [{"host": "x", "prio": 1}]})", "mx.prio: is not known"},
      {R"({"domain": "a.test", "mta-sts": {"txt": "x"}})", "mta-sts.txt: must be a list"},
      {R"({"domain": "a.test", "mta-sts": {"policy": 1}})", "mta-sts.policy: must be a string"},
      {R"({"domain": "a.test", "mta-sts": {"policy_file": "x"}})", "/nonexistent/x"},
      {R"({"domain": "a.test", "tls-rpt": {"rua": "x"}})", "tls-rpt.rua: is not known"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto facts = plan(row.json);
    REQUIRE_FALSE(facts);
    CHECK(facts.error().detail.find(row.detail) != std::string::npos);
  }
}
