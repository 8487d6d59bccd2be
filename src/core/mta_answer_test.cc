#include "core/mta_answer.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

constexpr std::size_t kPostfixLimit = 100000;  // socketmap_max_reply_size

DomainVerdict enforce(const std::vector<MxVerdict>& hosts) {
  DomainVerdict verdict;
  verdict.rule = DomainRule::enforce;
  verdict.hosts = hosts;
  return verdict;
}

DomainVerdict enforce_pattern(const std::string& mx_lines) {
  const std::string body = "version: STSv1\nmode: enforce\nmax_age: 1\n" + mx_lines;
  DomainVerdict verdict;
  verdict.rule = DomainRule::enforce_pattern;
  verdict.policy = KnownPolicy{Domain::parse("example.com").value(), "1", body,
                               parse_policy(body).value().policy, WallTime{}};
  return verdict;
}

std::string payload(const DomainVerdict& verdict) {
  return socketmap_payload(format_postfix_answer(verdict));
}

constexpr auto kListed = HostVerdict::sts_enforce;
constexpr auto kUnlisted = HostVerdict::sts_unlisted;

}  // namespace

TEST_CASE("enforce names exactly the listed hosts, in order of preference (STS-A01, STS-V04)") {
  CHECK(payload(enforce({{"b.example", kListed}})) ==
        "OK secure match=b.example servername=hostname");
  CHECK(payload(enforce({{"b.example", kListed},
                         {"x.example", kUnlisted},
                         {"a.example", kListed},
                         {"b.example", kListed}})) ==
        "OK secure match=b.example:a.example servername=hostname");
}

TEST_CASE("enforce_pattern names the patterns in Postfix's form (STS-V02)") {
  CHECK(payload(enforce_pattern("mx: b.example\nmx: *.a.example\nmx: b.example\n")) ==
        "OK secure match=b.example:.a.example servername=hostname");
}

TEST_CASE("keywords of the match list can never come from a policy or from DNS (STS-A01)") {
  CHECK(payload(enforce_pattern("mx: hostname\nmx: a.example\nmx: Nexthop\nmx: dot-nexthop\n")) ==
        "OK secure match=a.example servername=hostname");
  CHECK(payload(enforce_pattern("mx: nexthop\n")) == "TEMP no MX pattern can be named");
  CHECK(payload(enforce({{"hostname", kListed}})) == "TEMP no MX host can be named");
  CHECK(payload(enforce_pattern("mx: *.hostname\nmx: hostname.example\n")) ==
        "OK secure match=.hostname:hostname.example servername=hostname");
}

TEST_CASE("none and testing are NOTFOUND (STS-A02, STS-A03)") {
  CHECK(payload(decide_without_policy("nothing published")) == "NOTFOUND ");
  DomainVerdict testing;
  testing.rule = DomainRule::testing;
  CHECK(payload(testing) == "NOTFOUND ");
}

TEST_CASE("a deferral is TEMP and one line of printable ASCII (STS-A06)") {
  CHECK(payload(decide_deferral("DNS timeout")) == "TEMP DNS timeout");
  CHECK(payload(decide_deferral("a\nOK x\r\t\x01\x7f\xc3\xa4~")) == "TEMP a?OK x??????~");
  CHECK(payload(decide_deferral("")) == "TEMP temporary failure");
  CHECK(payload(decide_deferral(std::string(500, 'x'))) == "TEMP " + std::string(200, 'x'));
}

TEST_CASE("no answer is longer than what Postfix reads, however large the policy") {
  // The densest policy: shortest names, all different.
  std::string lines;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      for (char c = 'a'; c <= 'z'; ++c) {
        if (lines.size() + 60 < kMaxPolicyBytes) lines += std::string("mx:") + a + b + c + "\n";
      }
    }
  }
  const auto verdict = enforce_pattern(lines);
  CHECK(verdict.policy->policy.mx.size() > 9000);
  const auto shortest = format_postfix_answer(verdict);
  CHECK(shortest.status == MtaStatus::ok);
  // Each name costs less here than in the policy, where "mx:" and a line end stand beside it.
  CHECK(socketmap_payload(shortest).size() < lines.size());

  // The longest names.
  const std::string label(63, 'x');
  lines.clear();
  for (int i = 100; lines.size() + 320 < kMaxPolicyBytes; ++i) {
    lines += "mx:" + std::to_string(i) + "." + label + "." + label + "." + label + ".example\n";
  }
  CHECK(payload(enforce_pattern(lines)).size() < lines.size());
}

TEST_CASE("no answer is longer than what Postfix reads, however many MX hosts there are") {
  MxAnswer mx;
  mx.meta.status = DnsStatus::found;
  const std::string label(63, 'x');
  for (int i = 10000; i < 13600; ++i) {
    mx.hosts.push_back(MxHost{1, std::to_string(i) + label.substr(5) + "." + label + "." + label +
                                     "." + label.substr(2)});
  }
  const std::string base = label + "." + label + "." + label.substr(2);
  const auto policy = enforce_pattern("mx: *." + base + "\n").policy;
  const auto verdict = decide_with_policy(*policy, mx);
  CHECK(verdict.rule == DomainRule::enforce);
  const auto answer = payload(verdict);
  CHECK(answer.starts_with("OK secure match=10000"));
  CHECK(answer.size() > 60000);
  CHECK(answer.size() <= kPostfixLimit);
}
