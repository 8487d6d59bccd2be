#include "core/verdict.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace strictmx;

namespace {

KnownPolicy policy(PolicyMode mode, const std::vector<std::string>& mx) {
  std::string body = fmt::format("version: STSv1\nmode: {}\nmax_age: 86400\n", name_of(mode));
  for (const auto& pattern : mx) body += "mx: " + pattern + "\n";
  return KnownPolicy{Domain::parse("example.com").value(), "1", body,
                     parse_policy(body).value().policy, WallTime{}};
}

MxAnswer found(const std::vector<std::string>& exchanges) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  std::uint16_t preference = 0;
  for (const auto& exchange : exchanges) answer.hosts.push_back(MxHost{preference++, exchange});
  return answer;
}

MxAnswer without_records(DnsStatus status) {
  MxAnswer answer;
  answer.meta.status = status;
  return answer;
}

// "enforce: a.example=sts_enforce b.example=sts_unlisted"
std::string show(const DomainVerdict& verdict) {
  std::string text = std::string(name_of(verdict.rule)) + ":";
  for (const auto& host : verdict.hosts) {
    text += fmt::format(" {}={}", host.host, name_of(host.verdict));
  }
  return text;
}

std::string enforce(const std::vector<std::string>& mx, const std::optional<MxAnswer>& answer) {
  return show(decide_with_policy(policy(PolicyMode::enforce, mx), answer));
}

const std::vector<std::string> kMx = {"mx.example.com", "*.example.net"};

}  // namespace

TEST_CASE("enforce: every MX host is judged by itself (STS-A01, STS-A04, STS-V01)") {
  CHECK(enforce(kMx, found({"mx.example.com"})) == "enforce: mx.example.com=sts_enforce");
  CHECK(enforce(kMx, found({"evil.test", "a.example.net", "a.b.example.net"})) ==
        "enforce: evil.test=sts_unlisted a.example.net=sts_enforce "
        "a.b.example.net=sts_unlisted");
}

TEST_CASE("enforce: no host listed, no delivery, and only for now (STS-A01, STS-A06)") {
  const auto verdict = decide_with_policy(policy(PolicyMode::enforce, kMx), found({"evil.test"}));
  CHECK(show(verdict) == "defer: evil.test=sts_unlisted");
  CHECK(verdict.reason == "no MX host of example.com is listed in its MTA-STS policy");
  REQUIRE(verdict.policy.has_value());
  CHECK(verdict.policy->id == "1");
}

TEST_CASE("enforce: an exchange that is no host name is never listed (STS-V01)") {
  CHECK(enforce({"*.example.net"}, found({"_a.example.net", "a b.example.net", "192.0.2.1"})) ==
        "defer: _a.example.net=sts_unlisted a b.example.net=sts_unlisted 192.0.2.1=sts_unlisted");
}

TEST_CASE("enforce: without MX records the domain is its own host (STS-D08)") {
  CHECK(enforce({"example.com"}, without_records(DnsStatus::no_data)) ==
        "enforce: example.com=sts_enforce");
  CHECK(enforce({"mx.example.com"}, without_records(DnsStatus::no_data)) ==
        "defer: example.com=sts_unlisted");
}

TEST_CASE("enforce: a null MX and unknown MX records leave the patterns (STS-D08, STS-A01)") {
  CHECK(enforce(kMx, found({""})) == "enforce_pattern:");
  CHECK(enforce(kMx, found({})) == "enforce_pattern:");
  CHECK(enforce(kMx, std::nullopt) == "enforce_pattern:");
  for (const auto status :
       {DnsStatus::no_name, DnsStatus::servfail, DnsStatus::bogus, DnsStatus::timeout}) {
    CAPTURE(name_of(status));
    CHECK(enforce(kMx, without_records(status)) == "enforce_pattern:");
  }
}

TEST_CASE("enforce: a null MX among others is a host that is not listed (STS-D08)") {
  CHECK(enforce(kMx, found({"", "mx.example.com"})) ==
        "enforce: =sts_unlisted mx.example.com=sts_enforce");
}

TEST_CASE("enforce: of a huge MX set the most preferred hosts count") {
  std::vector<std::string> exchanges(kMaxMxHosts, "evil.test");
  exchanges.back() = "mx.example.com";
  exchanges.emplace_back("a.example.net");
  const auto verdict = decide_with_policy(policy(PolicyMode::enforce, kMx), found(exchanges));
  CHECK(verdict.rule == DomainRule::enforce);
  REQUIRE(verdict.hosts.size() == kMaxMxHosts);
  CHECK(verdict.hosts.back().host == "mx.example.com");
}

TEST_CASE("testing and none: no host is kept from delivery (STS-A02, STS-A03)") {
  CHECK(show(decide_with_policy(policy(PolicyMode::testing, kMx), std::nullopt)) == "testing:");
  CHECK(show(decide_with_policy(policy(PolicyMode::testing, kMx), found({"evil.test"}))) ==
        "testing: evil.test=sts_testing");
  CHECK(show(decide_with_policy(policy(PolicyMode::none, {}), std::nullopt)) == "none:");
  CHECK(show(decide_with_policy(policy(PolicyMode::none, kMx), found({"evil.test"}))) ==
        "none: evil.test=none");
}

TEST_CASE("verdicts without a policy carry their reason") {
  const auto none = decide_without_policy("no MTA-STS record");
  CHECK(show(none) == "none:");
  CHECK(none.reason == "no MTA-STS record");
  CHECK_FALSE(none.policy.has_value());
  const auto deferral = decide_deferral("DNS timeout");
  CHECK(show(deferral) == "defer:");
  CHECK(deferral.reason == "DNS timeout");
  CHECK_FALSE(deferral.policy.has_value());
}
