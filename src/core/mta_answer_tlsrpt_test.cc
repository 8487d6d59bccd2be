#include <doctest/doctest.h>

#include "core/mta_answer.h"

namespace strictmx {

namespace {

KnownPolicy policy(const std::string& mx_lines) {
  const std::string body = "version: STSv1\nmode: enforce\n" + mx_lines + "max_age: 604800\n";
  return KnownPolicy{Domain::parse("good.test").value(), "1", body, parse_policy(body)->policy,
                     WallTime{Seconds{1'790'000'000}}};
}

MxAnswer mx(const std::vector<std::string>& hosts) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  for (const auto& host : hosts) answer.hosts.push_back(MxHost{10, host});
  return answer;
}

std::string answer_of(const DomainVerdict& verdict) {
  return socketmap_payload(format_answer(Dialect::postfix_tlsrpt, verdict));
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("STS-V01 the attributes of Postfix 3.10") {
  const auto verdict =
      decide_with_policy(policy("mx: mx1.good.test\nmx: *.pool.test\n"), mx({"mx1.good.test"}));
  CHECK(answer_of(verdict) ==
        "OK secure match=mx1.good.test servername=hostname policy_type=sts "
        "policy_domain=good.test mx_host_pattern=mx1.good.test mx_host_pattern=*.pool.test "
        "{ policy_string = version: STSv1 } { policy_string = mode: enforce } "
        "{ policy_string = mx: mx1.good.test } { policy_string = mx: *.pool.test } "
        "{ policy_string = max_age: 604800 }");
}

TEST_CASE("STS-A04 no listed MX: Postfix gets the policy and leaves the hosts out itself") {
  const auto verdict = decide_with_policy(policy("mx: *.good.test\n"), mx({"evil.test"}));
  REQUIRE(verdict.rule == DomainRule::defer);
  const std::string answer = answer_of(verdict);
  CHECK(answer.starts_with("OK secure match=.good.test servername=hostname policy_type=sts "));
  CHECK(answer.find("mx_host_pattern=*.good.test") != std::string::npos);
}

TEST_CASE("STS-X03 a host whose DANE look-up failed is in no pattern") {
  auto verdict =
      decide_with_policy(policy("mx: *.good.test\n"), mx({"a.good.test", "b.good.test"}));
  verdict.hosts[0].verdict = HostVerdict::dane_failed;
  const std::string answer = answer_of(verdict);
  CHECK(answer.find("mx_host_pattern=*.good.test") == std::string::npos);
  CHECK(answer.find("a.good.test") == std::string::npos);
  CHECK(count(answer, "mx_host_pattern=") == 1);
}

TEST_CASE("answers without a policy are those of every Postfix") {
  CHECK(answer_of(decide_without_policy("none")) == "NOTFOUND ");
  CHECK(answer_of(decide_deferral("DNS timeout")) == "TEMP DNS timeout");
  DomainVerdict dane;
  dane.rule = DomainRule::dane;
  CHECK(answer_of(dane) == "OK dane-only");
}

TEST_CASE("a long policy loses its text first, then the patterns that no MX needs") {
  const auto with_lines = [](std::size_t n, const std::string& form) {
    std::string lines;
    for (std::size_t i = 0; i < n; ++i) lines += "mx:" + form + std::to_string(i) + ".test\n";
    return answer_of(
        decide_with_policy(policy(lines + "mx: mx.good.test\n"), mx({"mx.good.test"})));
  };
  const std::string whole = with_lines(1000, "mx");
  CHECK(count(whole, "mx_host_pattern=") == 1001);
  CHECK(count(whole, "{ policy_string = ") == 1004);
  const std::string without_text = with_lines(2500, "mx");
  CHECK(count(without_text, "mx_host_pattern=") == 2501);
  CHECK(count(without_text, "policy_string") == 0);
  CHECK(with_lines(4200, "m") ==
        "OK secure match=mx.good.test servername=hostname policy_type=sts "
        "policy_domain=good.test mx_host_pattern=mx.good.test");
}

TEST_CASE("names of maps") {
  CHECK(dialect_of("postfix-tlsrpt") == Dialect::postfix_tlsrpt);
  CHECK(dialect_of("queryWithTLSRPT") == Dialect::postfix_tlsrpt);
  CHECK(dialect_of("postfix") == Dialect::postfix);
  CHECK(dialect_of("anything") == Dialect::postfix);
}

}  // namespace strictmx
