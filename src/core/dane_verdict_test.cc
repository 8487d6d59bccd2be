#include "core/dane_verdict.h"

#include <doctest/doctest.h>

namespace strictmx {

namespace {

KnownPolicy policy(const std::string& mode) {
  const std::string body =
      "version: STSv1\nmode: " + mode + "\nmx: a.example.com\nmx: b.example.com\nmax_age: 604800\n";
  return KnownPolicy{Domain::parse("example.com").value(), "1", body, parse_policy(body)->policy,
                     WallTime{Seconds{1'790'000'000}}};
}

MxAnswer mx_of(const std::vector<DaneHost>& hosts, DnsTrust trust) {
  MxAnswer answer;
  answer.meta.status = DnsStatus::found;
  answer.meta.trust = trust;
  for (const auto& host : hosts) answer.hosts.push_back(MxHost{10, host.host});
  return answer;
}

DaneHost host(const std::string& name, DaneState state) {
  DaneHost value;
  value.host = name;
  value.state = state;
  return value;
}

constexpr auto kUsable = DaneState::usable;
constexpr auto kUnusable = DaneState::unusable;
constexpr auto kNone = DaneState::none;
constexpr auto kFailed = DaneState::failed;
constexpr auto kGone = DaneState::unreachable;

struct Row {
  const char* name;
  std::vector<DaneState> hosts;  // a.example.com, b.example.com, …
  const char* mode;              // of the policy; "-": none published, "?": not decided
  DomainRule rule;
};

std::vector<Row> rows() {
  return {
      {"STS-X02 DANE everywhere", {kUsable, kUsable}, "-", DomainRule::dane},
      {"STS-X01 DANE everywhere beats a policy", {kUsable, kUsable}, "enforce", DomainRule::dane},
      {"STS-X02 DANE everywhere, DNS fails for the policy", {kUsable}, "?", DomainRule::dane},
      {"DANE-03 a failed host does not stop the others", {kUsable, kFailed}, "-", DomainRule::dane},
      {"a host without address does not count", {kUsable, kGone}, "-", DomainRule::dane},
      {"STS-X03 DANE at some, policy enforce", {kUsable, kNone}, "enforce", DomainRule::enforce},
      {"STS-X03 DANE at some, no policy", {kUsable, kNone}, "-", DomainRule::dane_some},
      {"STS-X03 DANE at some, testing", {kUsable, kNone}, "testing", DomainRule::dane_some},
      {"STS-X03 DANE at some, policy not decided", {kUsable, kNone}, "?", DomainRule::defer},
      {"STS-X04 unusable records, policy enforce",
       {kUnusable, kUnusable},
       "enforce",
       DomainRule::enforce},
      {"DANE-06 unusable records, no policy", {kUnusable}, "-", DomainRule::dane_some},
      {"DANE-03 the only host failed", {kFailed}, "-", DomainRule::defer},
      {"STS-X03 the only host failed, policy enforce", {kFailed}, "enforce", DomainRule::defer},
      {"STS-X03 the other host may be used by the policy",
       {kFailed, kNone},
       "enforce",
       DomainRule::enforce},
      {"DANE-03 failed and open: the MTA decides per host",
       {kFailed, kNone},
       "-",
       DomainRule::dane_some},
      {"no DANE, no policy", {kNone, kNone}, "-", DomainRule::none},
      {"no DANE, policy enforce", {kNone, kNone}, "enforce", DomainRule::enforce},
      {"no DANE, policy none", {kNone}, "none", DomainRule::none},
  };
}

DomainVerdict decide(const Row& row, DnsTrust trust) {
  std::vector<DaneHost> hosts;
  for (const auto state : row.hosts) {
    hosts.push_back(
        host(std::string(1, static_cast<char>('a' + hosts.size())) + ".example.com", state));
  }
  const MxAnswer mx = mx_of(hosts, trust);
  DomainVerdict sts;
  if (std::string_view(row.mode) == "-") {
    sts = decide_without_policy("none");
  } else if (std::string_view(row.mode) == "?") {
    sts = decide_deferral("DNS timeout");
  } else {
    sts = decide_with_policy(policy(row.mode), mx);
  }
  return apply_dane(std::move(sts), mx, hosts);
}

}  // namespace

TEST_CASE("STS-X01 STS-X02 STS-X03 STS-X04 DANE and MTA-STS together") {
  for (const auto& row : rows()) {
    CAPTURE(row.name);
    CHECK(decide(row, DnsTrust::secure).rule == row.rule);
  }
}

TEST_CASE("STS-X03 a host whose DANE look-up failed is not in the list of an enforce policy") {
  const DomainVerdict verdict =
      decide({"", {kFailed, kUsable, kNone}, "enforce", DomainRule::enforce}, DnsTrust::secure);
  REQUIRE(verdict.hosts.size() == 3);
  CHECK(verdict.hosts[0].verdict == HostVerdict::dane_failed);
  CHECK(verdict.hosts[1].verdict == HostVerdict::sts_enforce);
  CHECK(verdict.hosts[2].verdict == HostVerdict::sts_unlisted);
}

TEST_CASE("DANE-10 insecure MX records give MTA-STS the say") {
  CHECK(decide({"", {kUsable}, "-", DomainRule::none}, DnsTrust::insecure).rule ==
        DomainRule::none);
  CHECK(decide({"", {kUsable}, "enforce", DomainRule::none}, DnsTrust::insecure).rule ==
        DomainRule::enforce);
}

TEST_CASE("DANE-03 forged MX records defer, whatever the policy") {
  MxAnswer bogus;
  bogus.meta.status = DnsStatus::bogus;
  CHECK(apply_dane(decide_without_policy(""), bogus, {}).rule == DomainRule::defer);
  CHECK(apply_dane(decide_with_policy(policy("enforce"), bogus), bogus, {}).rule ==
        DomainRule::defer);
}

TEST_CASE("DANE-18 which records are usable") {
  const std::string sha256(32, 'x');
  const std::string sha512(64, 'x');
  CHECK(TlsaRecord{3, 1, 1, sha256}.usable());
  CHECK(TlsaRecord{2, 0, 1, sha256}.usable());
  CHECK(TlsaRecord{3, 1, 2, sha512}.usable());
  CHECK(TlsaRecord{3, 0, 0, "der"}.usable());
  CHECK_FALSE(TlsaRecord{0, 1, 1, sha256}.usable());
  CHECK_FALSE(TlsaRecord{1, 1, 1, sha256}.usable());
  CHECK_FALSE(TlsaRecord{4, 1, 1, sha256}.usable());
  CHECK_FALSE(TlsaRecord{3, 2, 1, sha256}.usable());
  CHECK_FALSE(TlsaRecord{3, 1, 3, sha256}.usable());
  CHECK_FALSE(TlsaRecord{3, 1, 1, sha512}.usable());
  CHECK_FALSE(TlsaRecord{3, 1, 2, sha256}.usable());
  CHECK(TlsaRecord{3, 1, 1, "\x01\xab"}.text() == "3 1 1 01AB");
}

}  // namespace strictmx
