#include "cmd/query_format.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

QueryReport make_report() {
  const std::string body =
      "version: STSv1\r\nmode: enforce\r\nmx: mx1.a.example\r\nmax_age: 604800\r\n";
  const KnownPolicy policy{Domain::parse("a.example").value(), "20261124", body,
                           parse_policy(body).value().policy, WallTime{Seconds{1795500000}}};
  QueryReport report{parse_next_hop("A.example:25"), {}, {}};
  report.result.verdict = {
      DomainRule::enforce,
      {{"mx1.a.example", HostVerdict::sts_enforce}, {"mx2.a.example", HostVerdict::sts_unlisted}},
      policy,
      "policy listed"};
  report.result.sts.source = PolicySource::fresh;
  report.result.steps = {{"TXT _mta-sts.a.example", "one record, id 20261124", "RFC 8461 §3.1"},
                         {"store", "disk full", ""}};
  report.postfix = {MtaStatus::ok, "secure match=mx1.a.example"};
  return report;
}

QueryCall make_call(OutputForm form, Detail detail) { return {{}, "A.example:25", form, detail}; }

}  // namespace

TEST_CASE("query for people: answer, reason, policy, hosts") {
  const auto result = format_query(make_call(OutputForm::text, Detail::answer), make_report());
  CHECK(result.exit == ExitCode::ok);
  CHECK(result.out ==
        "answer:   OK secure match=mx1.a.example\n"
        "rule:     enforce\n"
        "reason:   policy listed\n"
        "policy:   mode enforce, max_age 604800, id 20261124 (fresh)\n"
        "mx:       mx1.a.example\n"
        "fetched:  2026-11-24T06:00:00Z, expires 2026-12-01T06:00:00Z\n"
        "host:     mx1.a.example sts_enforce\n"
        "host:     mx2.a.example sts_unlisted\n");
}

TEST_CASE("query --explain: the steps come first, with their rules") {
  const auto result = format_query(make_call(OutputForm::text, Detail::steps), make_report());
  CHECK(
      result.out.starts_with("1. TXT _mta-sts.a.example: one record, id 20261124 [RFC 8461 §3.1]\n"
                             "2. store: disk full\n"
                             "answer:   "));
}

TEST_CASE("query --json: one object on one line") {
  const auto result = format_query(make_call(OutputForm::json, Detail::answer), make_report());
  CHECK(result.out.starts_with(
      "{\"query\":\"A.example:25\",\"domain\":\"a.example\",\"policy_type\":\"sts\","
      "\"mode\":\"enforce\",\"mx\":[\"mx1.a.example\"],"
      "\"answer\":{\"postfix\":\"OK secure match=mx1.a.example\",\"postfix-tlsrpt\":\"OK secure "));
  CHECK(result.out.find(
            "\"source\":\"fresh\",\"fetched_at\":\"2026-11-24T06:00:00Z\","
            "\"expires_at\":\"2026-12-01T06:00:00Z\",\"id\":\"20261124\",\"rule\":\"enforce\","
            "\"reason\":\"policy listed\","
            "\"hosts\":[{\"host\":\"mx1.a.example\",\"verdict\":\"sts_enforce\"},"
            "{\"host\":\"mx2.a.example\",\"verdict\":\"sts_unlisted\"}],\"failure\":null,"
            "\"steps\":[{\"what\":\"TXT _mta-sts.a.example\",") != std::string::npos);
}

TEST_CASE("the exit code follows the answer") {
  QueryReport report{parse_next_hop("[192.0.2.1]"), {}, {}};
  report.result.verdict.reason = "address literal";
  report.postfix = {MtaStatus::not_found, ""};
  const auto none = format_query(make_call(OutputForm::text, Detail::answer), report);
  CHECK(none.exit == ExitCode::no);
  CHECK(none.out == "answer:   NOTFOUND\nrule:     none\nreason:   address literal\n");
  report.postfix = {MtaStatus::temp, "DNS failed"};
  CHECK(format_query(make_call(OutputForm::json, Detail::answer), report).exit ==
        ExitCode::temporary);
}

TEST_CASE("a failure that belongs into a TLS report is named by its type") {
  auto report = make_report();
  report.result.sts.failure = {ResultType::sts_policy_fetch_error, "http-404"};
  const auto result = format_query(make_call(OutputForm::json, Detail::answer), report);
  CHECK(result.out.find(
            "\"failure\":{\"type\":\"sts-policy-fetch-error\",\"reason\":\"http-404\"}") !=
        std::string::npos);
}

TEST_CASE("a terminal does not obey remote text") {
  auto report = make_report();
  report.result.verdict.reason = "resolver: \x1b[31m\nforged";
  report.result.steps[0].outcome = "\x1b]0;title\x07";
  const auto result = format_query(make_call(OutputForm::text, Detail::steps), report);
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find("resolver: \\x1b[31m\\x0aforged\n") != std::string::npos);
}
