#include "core/relay_answer.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

constexpr auto kListed = HostVerdict::sts_enforce;
constexpr auto kUnlisted = HostVerdict::sts_unlisted;

Domain name(const char* text) { return Domain::parse(text).value(); }

DomainVerdict enforce(const std::vector<MxVerdict>& hosts, const std::string& mx_lines = "") {
  const std::string body =
      "version: STSv1\nmode: enforce\nmax_age: 86400\n" +
      (mx_lines.empty() ? std::string("mx: *.example\nmx: named.other.example\n") : mx_lines);
  DomainVerdict verdict;
  verdict.rule = hosts.empty() ? DomainRule::enforce_pattern : DomainRule::enforce;
  verdict.hosts = hosts;
  verdict.policy =
      KnownPolicy{name("example.com"), "1", body, parse_policy(body).value().policy, WallTime{}};
  return verdict;
}

std::string relays(const DomainVerdict& verdict, std::uint32_t turns) {
  std::string text;
  for (std::uint32_t turn = 0; turn < turns; ++turn) {
    const std::string answer = format_relay_answer(verdict, turn);
    const std::string head = "found|smtp+tls://";
    REQUIRE(answer.starts_with(head));
    text += answer.substr(head.size(), 1);
  }
  return text;
}

}  // namespace

TEST_CASE("only domains under an enforce policy are found; what is undecided is an error") {
  CHECK(format_check_answer(enforce({{"a.example", kListed}})) == "found");
  CHECK(format_check_answer(enforce({})) == "found");
  CHECK(format_check_answer(decide_without_policy("none")) == "not-found");
  DomainVerdict verdict;
  verdict.rule = DomainRule::testing;
  CHECK(format_check_answer(verdict) == "not-found");
  verdict.rule = DomainRule::dane;
  CHECK(format_check_answer(verdict) == "error|DANE is demanded");
  CHECK(format_check_answer(decide_deferral("a|b\nfound")) == "error|a/b?found");
}

TEST_CASE("the most preferred host every other turn, each other one in between") {
  CHECK(relays(enforce({{"a.example", kListed}}), 3) == "aaa");
  CHECK(relays(enforce({{"a.example", kListed}, {"b.example", kListed}}), 4) == "abab");
  CHECK(relays(enforce({{"a.example", kListed},
                        {"u.example", kUnlisted},
                        {"b.example", kListed},
                        {"f.example", HostVerdict::dane_failed},
                        {"c.example", kListed}}),
               8) == "abacabac");
}

TEST_CASE("without a host to name there is no relay") {
  CHECK(format_relay_answer(decide_without_policy("none"), 0) == "not-found");
  CHECK(format_relay_answer(decide_deferral("no MX host is listed"), 0) ==
        "error|no MX host is listed");
  CHECK(format_relay_answer(enforce({}), 0) == "found|smtp+tls://named.other.example");
  CHECK(format_relay_answer(enforce({}, "mx: *.example\n"), 0) == "error|no MX host can be named");
}

TEST_CASE("STS-V03 one MX host is judged as the look-up judged it, else by the policy") {
  const auto verdict = enforce({{"a.example", kListed}, {"b.example", kUnlisted}});
  CHECK(format_mx_answer(verdict, name("a.example")) == "yes");
  CHECK(format_mx_answer(verdict, name("b.example")) == "no");
  CHECK(format_mx_answer(verdict, name("new.example")) == "yes");
  CHECK(format_mx_answer(verdict, name("a.b.example")) == "no");
  CHECK(format_mx_answer(enforce({{"a.example", HostVerdict::dane_failed}}), name("a.example")) ==
        "error|its DANE look-up failed");
  CHECK(format_mx_answer(decide_without_policy("none"), name("a.example")) == "yes");
  CHECK(format_mx_answer(decide_deferral("DNS timeout"), name("a.example")) == "error|DNS timeout");
}
