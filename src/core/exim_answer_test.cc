#include "core/exim_answer.h"

#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

constexpr auto kListed = HostVerdict::sts_enforce;
constexpr auto kUnlisted = HostVerdict::sts_unlisted;

DomainVerdict under_policy(const std::string& mx_lines, DomainRule rule,
                           std::vector<MxVerdict> hosts = {}) {
  const std::string body = "version: STSv1\nmode: enforce\nmax_age: 86400\n" + mx_lines;
  DomainVerdict verdict;
  verdict.rule = rule;
  verdict.hosts = std::move(hosts);
  verdict.policy = KnownPolicy{Domain::parse("example.com").value(), "1", body,
                               parse_policy(body).value().policy, WallTime{}};
  return verdict;
}

// The expression as Exim takes it out of the answer: up to the next blank.
std::string expression(const std::string& answer) {
  const auto start = answer.find(" re=");
  return start == std::string::npos ? "" : answer.substr(start + 4);
}

// Exim uses PCRE; std::regex knows no "(?i:": the test folds case itself.
bool allows(const std::string& answer, const std::string& host) {
  std::string text = expression(answer);
  REQUIRE(text.starts_with("^(?i:"));
  text.replace(0, 5, "^(?:");
  return std::regex_match(host, std::regex(text, std::regex::icase));
}

std::string many_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += "mx: mx" + std::to_string(i) + ".many.example\n";
  return lines;
}

}  // namespace

TEST_CASE("STS-V02 the expression matches what the policy's patterns match, and no more") {
  const auto verdict =
      under_policy("mx: mx1.example.com\nmx: *.wild.example\n", DomainRule::enforce_pattern);
  const std::string answer = format_exim_answer(verdict);
  CHECK(answer ==
        "mode=enforce mx=mx1.example.com:*.wild.example "
        "re=^(?i:mx1[.]example[.]com|[^.]+[.]wild[.]example)$");
  for (const std::string host : {"mx1.example.com", "MX1.Example.COM", "a.wild.example"}) {
    CHECK_MESSAGE(allows(answer, host), host);
  }
  for (const std::string host : {"mx1xexample.com", "mx1.example.com.evil.example",
                                 "evil.mx1.example.com", "a.b.wild.example", "wild.example",
                                 ".wild.example", "xwild.example", "mx2.example.com", ""}) {
    CHECK_MESSAGE(!allows(answer, host), host);
  }
}

TEST_CASE("modes that enforce nothing end in a blank, as the router's pattern wants") {
  CHECK(format_exim_answer(decide_without_policy("nothing published")) == "mode=none ");
  CHECK(format_exim_answer(under_policy("mx: a.example\n", DomainRule::testing)) ==
        "mode=testing ");
  CHECK(format_exim_answer(under_policy("mx: a.example\n", DomainRule::dane)) == "mode=dane ");
  CHECK(format_exim_answer(under_policy("mx: a.example\n", DomainRule::dane_some)) == "mode=dane ");
}

TEST_CASE("STS-A06 a deferral never looks like a mode, whatever its reason says") {
  CHECK(format_exim_answer(decide_deferral("DNS timeout")) == "temp DNS timeout");
  CHECK(format_exim_answer(decide_deferral("x\nmode=none ")) == "temp x?mode=none ");
  CHECK(format_exim_answer(decide_deferral("")) == "temp temporary failure");
}

TEST_CASE("a host whose DANE look-up failed does not come in by a pattern") {
  const auto verdict = under_policy(
      "mx: *.example.com\n", DomainRule::enforce,
      {{"good.example.com", kListed}, {"bogus.example.com", HostVerdict::dane_failed}});
  const std::string answer = format_exim_answer(verdict);
  CHECK(answer == "mode=enforce mx=good.example.com re=^(?i:good[.]example[.]com)$");
}

TEST_CASE("a policy too long for Exim is cut to what its MX hosts need") {
  const auto verdict = under_policy(
      many_lines(1000) + "mx: *.wild.example\n", DomainRule::enforce,
      {{"mx999.many.example", kListed}, {"other.example", kUnlisted}, {"a.wild.example", kListed}});
  CHECK(format_exim_answer(verdict) ==
        "mode=enforce mx=mx999.many.example:*.wild.example "
        "re=^(?i:mx999[.]many[.]example|[^.]+[.]wild[.]example)$");
  // Without the MX set nothing can be left out.
  CHECK(format_exim_answer(under_policy(many_lines(1000), DomainRule::enforce_pattern)) ==
        "temp no MX host can be named");
}

TEST_CASE("no answer is longer than its limit, however long names and lists are") {
  const std::string label(63, 'x');
  const std::string base = label + "." + label + "." + label;
  std::vector<MxVerdict> hosts;
  for (int i = 100; i < 356; ++i) hosts.push_back({std::to_string(i) + "." + base, kListed});
  std::string lines;
  for (const auto& host : hosts) lines += "mx: " + host.host + "\n";
  const std::string answer = format_exim_answer(under_policy(lines, DomainRule::enforce, hosts));
  CHECK(answer.size() <= kMaxEximAnswer);
  CHECK(answer.starts_with("mode=enforce mx=100."));
  CHECK(answer.find(' ') == 12);
}

TEST_CASE("nothing in an answer can be taken for Exim's own syntax") {
  const auto verdict =
      under_policy("mx: a-1.example\nmx: *.b.example\n", DomainRule::enforce_pattern);
  std::string answer = format_exim_answer(verdict);
  REQUIRE(answer.ends_with(")$"));
  answer.pop_back();  // Exim does not expand what it has read
  CHECK(answer.find_first_of("$\\{};,<>\"'") == std::string::npos);
}
