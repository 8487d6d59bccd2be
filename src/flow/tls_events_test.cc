#include "flow/tls_events.h"

#include <doctest/doctest.h>

#include "core/dane_verdict.h"

namespace strictmx {

namespace {

const NextHop kHop{Domain::parse("example.com").value(), Routing::mx};

KnownPolicy policy(const std::string& mode) {
  const std::string body = "version: STSv1\nmode: " + mode +
                           "\nmx: good.example.com\nmx: *.pool.example.com\nmax_age: 86400\n";
  return KnownPolicy{kHop.domain, "1", body, parse_policy(body).value().policy,
                     WallTime{Seconds{1795500000}}};
}

MxAnswer mx_answer(const std::vector<std::string>& hosts) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.trust = DnsTrust::secure;
  for (const auto& host : hosts) answer.hosts.push_back(MxHost{10, host});
  return answer;
}

TlsPolicyResult with_policy(const std::string& mode, const std::vector<std::string>& hosts,
                            std::optional<StsFailure> failure = std::nullopt) {
  TlsPolicyResult result;
  result.sts.state = StsState::applies;
  result.sts.source = PolicySource::cache;
  result.sts.policy = policy(mode);
  result.sts.failure = std::move(failure);
  result.verdict = decide_with_policy(policy(mode), mx_answer(hosts));
  return result;
}

TlsPolicyResult without_policy(std::optional<StsFailure> failure) {
  TlsPolicyResult result;
  result.sts.state = StsState::no_policy;
  result.sts.failure = std::move(failure);
  result.verdict = decide_without_policy("none");
  return result;
}

// "sts example.com 3 lines fails 1: validation-failure@bad.example.com mx-not-in-sts-policy x1;
// ..."
std::string describe(const std::optional<DomainResults>& events) {
  if (!events) return "";
  std::string text;
  for (const auto& policy : events->policies) {
    if (!text.empty()) text += " | ";
    text += std::string(name_of(policy.policy.type)) + " " + policy.policy.domain + " " +
            std::to_string(policy.policy.strings.size()) + " lines fails " +
            std::to_string(policy.failures);
    CHECK(policy.successes == 0);
    for (const auto& failure : policy.details) {
      text += "; " + std::string(name_of(failure.details.type)) + "@" +
              failure.details.receiving_mx_hostname + " " + failure.details.reason_code + " x" +
              std::to_string(failure.sessions);
    }
  }
  return text;
}

const StsFailure kGone{ResultType::sts_policy_fetch_error, "http-404"};

}  // namespace

TEST_CASE("what no MTA tells of is found (RPT-C03, RPT-C06)") {
  TlsPolicyResult by_dane = with_policy("enforce", {"bad.example.com"}, kGone);
  by_dane.verdict.rule = DomainRule::dane;
  struct Row {
    const char* name;
    TlsPolicyResult result;
    const char* events;
  };
  const Row rows[] = {
      {"nothing published", without_policy(std::nullopt), ""},
      {"a policy, all well", with_policy("enforce", {"good.example.com"}), ""},
      {"fetch failed, nothing stored", without_policy(kGone),
       "sts example.com 0 lines fails 1; sts-policy-fetch-error@ http-404 x1"},
      {"policy invalid, nothing stored",
       without_policy(StsFailure{ResultType::sts_policy_invalid, "line 2: no mode"}),
       "sts example.com 0 lines fails 1; sts-policy-invalid@ line 2: no mode x1"},
      {"certificate of the policy host",
       without_policy(StsFailure{ResultType::sts_webpki_invalid, "X509: expired", true}),
       "sts example.com 0 lines fails 1; sts-webpki-invalid@ X509: expired x1"},
      {"fetch failed, a policy stored: its sessions are the MTA's to count",
       with_policy("enforce", {"good.example.com"}, kGone),
       "sts example.com 5 lines fails 0; sts-policy-fetch-error@ http-404 x1"},
      {"no host listed", with_policy("enforce", {"bad.example.com", "worse.example.com"}),
       "sts example.com 5 lines fails 2;"
       " validation-failure@bad.example.com mx-not-in-sts-policy x1;"
       " validation-failure@worse.example.com mx-not-in-sts-policy x1"},
      {"passed over", with_policy("enforce", {"bad.example.com", "good.example.com"}),
       "sts example.com 5 lines fails 1;"
       " validation-failure@bad.example.com mx-not-in-sts-policy x1"},
      {"behind one that may be used: not tried",
       with_policy("enforce", {"a.pool.example.com", "bad.example.com"}), ""},
      {"both at once", with_policy("enforce", {"bad.example.com"}, kGone),
       "sts example.com 5 lines fails 1; sts-policy-fetch-error@ http-404 x1;"
       " validation-failure@bad.example.com mx-not-in-sts-policy x1"},
      {"testing, listed", with_policy("testing", {"good.example.com", "bad.example.com"}), ""},
      {"testing, not listed", with_policy("testing", {"bad.example.com", "good.example.com"}),
       "sts example.com 5 lines fails 1;"
       " validation-failure@bad.example.com mx-not-in-sts-policy x1"},
      {"testing, no host name", with_policy("testing", {"_bad.example.com"}),
       "sts example.com 5 lines fails 1;"
       " validation-failure@_bad.example.com mx-not-in-sts-policy x1"},
      {"mode none", with_policy("none", {"bad.example.com"}), ""},
      {"MX unknown", with_policy("enforce", {}), ""},
      {"DANE decides", by_dane, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(describe(find_tls_events(kHop, row.result)) == row.events);
  }
}

TEST_CASE("an MX host whose DANE look-up fails is reported under its own name (RPT-C06)") {
  TlsPolicyResult result = without_policy(std::nullopt);
  const std::vector<std::string> hosts{"mx1.example.com", "mx2.example.com"};
  DaneHost failed;
  failed.host = hosts[0];
  failed.state = DaneState::failed;
  DaneHost open;
  open.host = hosts[1];
  open.state = DaneState::none;
  result.verdict = apply_dane(result.verdict, mx_answer(hosts), {failed, open});
  REQUIRE(result.verdict.rule == DomainRule::dane_some);
  CHECK(describe(find_tls_events(kHop, result)) ==
        "tlsa mx1.example.com 0 lines fails 1;"
        " dnssec-invalid@mx1.example.com dane-lookup-failed x1");
}

TEST_CASE("the policy is written as Postfix is told to write it, so that both are one") {
  const auto events = find_tls_events(kHop, with_policy("enforce", {"bad.example.com"}));
  REQUIRE(events);
  CHECK(events->domain == kHop.domain);
  CHECK(events->record.empty());
  CHECK(events->policies.at(0).policy ==
        ReportedPolicy{PolicyType::sts,
                       "example.com",
                       {"version: STSv1", "mode: enforce", "mx: good.example.com",
                        "mx: *.pool.example.com", "max_age: 86400"},
                       {"good.example.com", "*.pool.example.com"}});
}

TEST_CASE("an attempt is an answer for each MX host that an MTA comes to") {
  const auto answers = [](const std::vector<std::string>& hosts) {
    return answers_per_attempt(with_policy("enforce", hosts).verdict);
  };
  CHECK(answers({}) == 1);
  CHECK(answers({"good.example.com", "bad.example.com"}) == 1);
  CHECK(answers({"bad.example.com", "good.example.com"}) == 2);
  CHECK(answers({"bad.example.com", "worse.example.com"}) == 2);
  CHECK(answers_per_attempt(without_policy(kGone).verdict) == 1);
}

TEST_CASE("many attempts are as many events") {
  const auto events = find_tls_events(kHop, with_policy("enforce", {"bad.example.com"}, kGone));
  CHECK(describe(times(*events, 7)) ==
        "sts example.com 5 lines fails 7; sts-policy-fetch-error@ http-404 x7;"
        " validation-failure@bad.example.com mx-not-in-sts-policy x7");
}

}  // namespace strictmx
