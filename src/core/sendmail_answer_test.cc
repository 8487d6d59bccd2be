#include "core/sendmail_answer.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

constexpr auto kListed = HostVerdict::sts_enforce;

DomainVerdict enforce(const std::vector<MxVerdict>& hosts) {
  DomainVerdict verdict;
  verdict.rule = DomainRule::enforce;
  verdict.hosts = hosts;
  return verdict;
}

std::string payload(const DomainVerdict& verdict) {
  return socketmap_payload(format_sendmail_answer(verdict));
}

std::string host_of(std::size_t length, char fill) {
  std::string name;
  while (name.size() + 64 < length) name += std::string(63, fill) + ".";
  return name + std::string(length - name.size(), fill);
}

}  // namespace

TEST_CASE("Sendmail gets the listed hosts by preference, each once, and nothing behind them") {
  CHECK(payload(enforce({{"b.example", kListed},
                         {"x.example", HostVerdict::sts_unlisted},
                         {"y.example", HostVerdict::dane_failed},
                         {"a.example", kListed},
                         {"b.example", kListed}})) ==
        "OK secure match=b.example:a.example servername=hostname");
}

TEST_CASE("an answer for Sendmail is never longer than it reads") {
  std::vector<MxVerdict> hosts;
  for (char c = 'a'; c <= 'z'; ++c) hosts.push_back({host_of(31, c), kListed});
  const std::string many = payload(enforce(hosts));
  CHECK(many.size() <= kMaxSendmailAnswer);
  CHECK(many.starts_with("OK secure match=" + hosts[0].host + ":" + hosts[1].host + ":"));
  CHECK(many.ends_with(hosts[5].host + " servername=hostname"));

  const std::size_t room = kMaxSendmailAnswer - payload(enforce({{"a", kListed}})).size() + 1;
  CHECK(payload(enforce({{host_of(room, 'a'), kListed}})).size() == kMaxSendmailAnswer);
  CHECK(payload(enforce({{host_of(room + 1, 'a'), kListed}})) ==
        "TEMP " + std::string(kSendmailTooLong));
  // A longer name does not keep out a shorter, less preferred one.
  CHECK(payload(enforce({{host_of(room + 1, 'a'), kListed}, {"b.example", kListed}})) ==
        "OK secure match=b.example servername=hostname");
}

TEST_CASE("where the MX set is unknown Sendmail gets patterns, one label deep as it reads them") {
  const std::string body =
      "version: STSv1\nmode: enforce\nmax_age: 1\nmx: b.example\nmx: *.a.example\n";
  DomainVerdict verdict;
  verdict.rule = DomainRule::enforce_pattern;
  CHECK(payload(verdict) == "TEMP " + std::string(kSendmailTooLong));
  verdict.policy = KnownPolicy{Domain::parse("example.com").value(), "1", body,
                               parse_policy(body).value().policy, WallTime{}};
  CHECK(payload(verdict) == "OK secure match=b.example:.a.example servername=hostname");
}

TEST_CASE("DANE is Sendmail's own; a deferral is TEMP and never PERM") {
  DomainVerdict verdict;
  for (const auto rule :
       {DomainRule::dane, DomainRule::dane_some, DomainRule::testing, DomainRule::none}) {
    verdict.rule = rule;
    CHECK(payload(verdict) == "NOTFOUND ");
  }
  CHECK(payload(decide_deferral("no MX host is listed")) == "TEMP no MX host is listed");
}

TEST_CASE("the map name selects the dialect") {
  CHECK(dialect_of("sts") == Dialect::sendmail);
  CHECK(dialect_of("STS") == Dialect::sendmail);
  CHECK(dialect_of("postfix") == Dialect::postfix);
  CHECK(dialect_of("QUERY") == Dialect::postfix);
  CHECK(dialect_of("sts2") == Dialect::postfix);
  CHECK(format_answer(Dialect::sendmail, enforce({{"a.example", kListed}})).data ==
        "secure match=a.example servername=hostname");
}
