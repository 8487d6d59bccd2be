#include "core/check/check_verdict.h"

#include <doctest/doctest.h>

#include "core/check/test_mail_hosts.h"

namespace strictmx {

namespace {

constexpr auto kSafe = Delivery::encrypted;
constexpr auto kLoose = Delivery::unauthenticated;
constexpr auto kClear = Delivery::cleartext;
constexpr auto kWaits = Delivery::deferred;
constexpr auto kBack = Delivery::bounced;
constexpr auto kUnsure = Delivery::unknown;

struct Row {
  const char* name;
  void (*change)(CheckFacts& facts);
  Delivery plain;
  Delivery sts;
  Delivery dane;
  Delivery strict;
  const char* reason;  // of the strict sender
};

void no_policy(CheckFacts& facts) { facts.sts_txt = txt_with("_mta-sts.example.com", {}); }
void set_mode(CheckFacts& facts, const std::string& mode) {
  set_policy(facts, policy_text({"version: STSv1", "mode: " + mode, "mx: mx1.example.com",
                                 "mx: mx2.example.com", "max_age: 2419200"}));
}
void list_only(CheckFacts& facts, const std::string& pattern) {
  set_policy(facts, policy_text(
                        {"version: STSv1", "mode: enforce", "mx: " + pattern, "max_age: 2419200"}));
}
void mismatch(SmtpAddressFacts& seen) {
  for (auto& tlsa : seen.tlsa) tlsa = {tlsa.record, TlsaMatch::no_match, -1};
}
void expire(SmtpAddressFacts& seen) {
  leaf_of(seen).not_after = kTestNow - kTestDay;
  spoil_chain(seen, ChainStatus::expired);
}
void dane_without_policy(CheckFacts& facts) {
  sign_with_dane(facts);
  no_policy(facts);
}

constexpr const char* kExpired =
    "mail from senders that enforce DANE and MTA-STS is deferred because mx1.example.com "
    "[2a00:1::1] shows a certificate that ended on 2026-11-25, and no other MX host can be used";

const Row kPolicyRows[] = {
    {"everything right", [](CheckFacts&) {}, kLoose, kSafe, kLoose, kSafe, ""},
    {"no policy", no_policy, kLoose, kLoose, kLoose, kLoose,
     "mail from senders that enforce DANE and MTA-STS is delivered encrypted but not authenticated "
     "because no MTA-STS policy is in force and there are no TLSA records that count"},
    {"testing", [](CheckFacts& facts) { set_mode(facts, "testing"); }, kLoose, kLoose, kLoose,
     kLoose, "the policy is only in testing"},
    {"none", [](CheckFacts& facts) { set_mode(facts, "none"); }, kLoose, kLoose, kLoose, kLoose,
     "the policy is in mode none"},
    {"testing, and a bad certificate",
     [](CheckFacts& facts) {
       set_mode(facts, "testing");
       at_each_address(facts, expire);
     },
     kLoose, kLoose, kLoose, kLoose, "testing"},
    {"an expired certificate", [](CheckFacts& facts) { at_each_address(facts, expire); }, kLoose,
     kWaits, kLoose, kWaits, kExpired},
    {"expired at one address", [](CheckFacts& facts) { expire(first_address(facts)); }, kLoose,
     kSafe, kLoose, kSafe, ""},
    {"another name",
     [](CheckFacts& facts) {
       at_each_address(facts, [](auto& seen) { leaf_of(seen).dns_names = {"www.example.com"}; });
     },
     kLoose, kWaits, kLoose, kWaits,
     "shows a certificate for www.example.com, not for mx1.example.com"},
    {"the policy lists no host", [](CheckFacts& facts) { list_only(facts, "mx9.example.com"); },
     kLoose, kWaits, kLoose, kWaits, "mx1.example.com is not in the MTA-STS policy, and no other"},
    {"the policy lists the backup", [](CheckFacts& facts) { list_only(facts, "mx2.example.com"); },
     kLoose, kSafe, kLoose, kSafe, ""},
    {"the policy cannot be looked up",
     [](CheckFacts& facts) {
       no_policy(facts);
       facts.sts_txt.meta = dns_status(DnsStatus::servfail);
     },
     kLoose, kWaits, kLoose, kWaits, "its MTA-STS records cannot be looked up"},
    {"nothing can be looked up",
     [](CheckFacts& facts) {
       no_policy(facts);
       facts.sts_txt.meta = dns_status(DnsStatus::timeout);
       facts.vantage.root = dns_status(DnsStatus::timeout);
     },
     kLoose, kUnsure, kLoose, kUnsure, "cannot be looked up"},
};

const Row kDaneRows[] = {
    {"DANE and MTA-STS", sign_with_dane, kLoose, kSafe, kSafe, kSafe, ""},
    {"DANE alone", dane_without_policy, kLoose, kLoose, kSafe, kSafe, ""},
    {"self-signed is good for DANE",
     [](CheckFacts& facts) {
       sign_with_dane(facts);
       at_each_address(facts, [](auto& seen) { spoil_chain(seen, ChainStatus::self_signed); });
     },
     kLoose, kWaits, kSafe, kSafe, ""},
    {"no TLSA record matches",
     [](CheckFacts& facts) {
       sign_with_dane(facts);
       at_each_address(facts, mismatch);
     },
     kLoose, kSafe, kWaits, kWaits, "matches no TLSA record"},
    {"TLSA records of one host, no policy",
     [](CheckFacts& facts) {
       dane_without_policy(facts);
       facts.hosts[1].dane.state = DaneState::none;
       at_each_address(facts, mismatch);
     },
     kLoose, kLoose, kLoose, kLoose, "there are no TLSA records that count"},
    {"TLSA records of one host hold by the policy",
     [](CheckFacts& facts) {
       sign_with_dane(facts);
       facts.hosts[1].dane.state = DaneState::none;
       at_each_address(facts, mismatch);
     },
     kLoose, kSafe, kLoose, kSafe, ""},
    {"only unusable TLSA records, no policy",
     [](CheckFacts& facts) {
       dane_without_policy(facts);
       for (auto& host : facts.hosts) host.dane.state = DaneState::unusable;
     },
     kLoose, kLoose, kLoose, kLoose, "only TLSA records that SMTP cannot use"},
    {"only unusable TLSA records and no STARTTLS",
     [](CheckFacts& facts) {
       dane_without_policy(facts);
       for (auto& host : facts.hosts) host.dane.state = DaneState::unusable;
       at_each_address(facts, without_starttls);
     },
     kClear, kClear, kWaits, kWaits, "does not offer STARTTLS"},
    {"TLSA look-ups fail",
     [](CheckFacts& facts) {
       dane_without_policy(facts);
       for (auto& host : facts.hosts) host.dane.state = DaneState::failed;
     },
     kLoose, kLoose, kWaits, kWaits, "has TLSA records that cannot be looked up"},
    {"a policy does not stand in for failing TLSA look-ups",
     [](CheckFacts& facts) {
       sign_with_dane(facts);
       for (auto& host : facts.hosts) host.dane.state = DaneState::failed;
     },
     kLoose, kSafe, kWaits, kWaits, "has TLSA records that cannot be looked up"},
    {"insecure MX records",
     [](CheckFacts& facts) {
       dane_without_policy(facts);
       facts.mx.meta.trust = DnsTrust::insecure;
       at_each_address(facts, mismatch);
     },
     kLoose, kLoose, kLoose, kLoose, "no TLSA records that count"},
    {"forged MX records",
     [](CheckFacts& facts) {
       facts.mx = {};
       facts.mx.meta.status = DnsStatus::bogus;
       facts.hosts.clear();
     },
     kWaits, kWaits, kWaits, kWaits, "its MX records are forged or wrongly signed"},
};

const Row kHostRows[] = {
    {"no STARTTLS", [](CheckFacts& facts) { at_each_address(facts, without_starttls); }, kClear,
     kWaits, kClear, kWaits, "mx1.example.com [2a00:1::1] does not offer STARTTLS"},
    {"no STARTTLS at the backup",
     [](CheckFacts& facts) {
       for (auto& seen : facts.hosts[1].addresses) without_starttls(seen);
     },
     kLoose, kSafe, kLoose, kSafe, ""},
    {"the first host does not answer",
     [](CheckFacts& facts) {
       for (auto& seen : facts.hosts[0].addresses) stop_connect(seen, ConnectStatus::timeout);
     },
     kLoose, kSafe, kLoose, kSafe, ""},
    {"nobody answers",
     [](CheckFacts& facts) {
       at_each_address(facts, [](auto& seen) { stop_connect(seen, ConnectStatus::timeout); });
     },
     kWaits, kWaits, kWaits, kWaits, "mx1.example.com [2a00:1::1] does not answer, and no other"},
    {"no route from here",
     [](CheckFacts& facts) {
       at_each_address(facts, [](auto& seen) { stop_connect(seen, ConnectStatus::no_route); });
     },
     kUnsure, kUnsure, kUnsure, kUnsure, "has no route there"},
    {"a temporary refusal",
     [](CheckFacts& facts) {
       at_each_address(facts, [](auto& seen) { greet(seen, 421, "busy"); });
     },
     kWaits, kWaits, kWaits, kWaits, "takes no mail now (421 busy)"},
    {"a refusal that may be about us",
     [](CheckFacts& facts) { at_each_address(facts, [](auto& seen) { greet(seen, 554, "no"); }); },
     kUnsure, kUnsure, kUnsure, kUnsure, "refuses this machine (554 no)"},
    {"the handshake fails",
     [](CheckFacts& facts) {
       at_each_address(facts,
                       [](auto& seen) { fail_handshake(seen, HandshakeStatus::alert, "no\n"); });
     },
     kClear, kWaits, kClear, kWaits, "fails in the TLS handshake (no\\x0a)"},
    {"not probed",
     [](CheckFacts& facts) {
       for (auto& host : facts.hosts) host.addresses.clear();
     },
     kUnsure, kUnsure, kUnsure, kUnsure, "mx1.example.com was not looked at"},
    {"not probed, and not listed",
     [](CheckFacts& facts) {
       for (auto& host : facts.hosts) host.addresses.clear();
       list_only(facts, "mx9.example.com");
     },
     kUnsure, kWaits, kUnsure, kWaits, "is not in the MTA-STS policy"},
    {"hosts that do not exist",
     [](CheckFacts& facts) {
       for (auto& host : facts.hosts) {
         host.addresses.clear();
         host.dns = name_without(host.name, DnsStatus::no_name);
       }
     },
     kBack, kBack, kBack, kBack, "mx1.example.com does not exist"},
    {"one host does not exist",
     [](CheckFacts& facts) {
       facts.hosts[0].addresses.clear();
       facts.hosts[0].dns = name_without("mx1.example.com", DnsStatus::no_name);
     },
     kLoose, kSafe, kLoose, kSafe, ""},
    {"the null MX",
     [](CheckFacts& facts) {
       facts.mx.hosts = {{0, ""}};
       facts.hosts.clear();
     },
     kBack, kBack, kBack, kBack, "null MX"},
    {"no such domain",
     [](CheckFacts& facts) {
       facts.mx = {};
       facts.mx.meta.status = DnsStatus::no_name;
       facts.hosts.clear();
     },
     kBack, kBack, kBack, kBack, "it does not exist"},
    {"the MX records cannot be looked up",
     [](CheckFacts& facts) {
       facts.mx = {};
       facts.mx.meta.status = DnsStatus::servfail;
       facts.hosts.clear();
     },
     kWaits, kWaits, kWaits, kWaits, "its MX records cannot be looked up"},
};

void run(std::span<const Row> rows) {
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto facts = good_domain();
    row.change(facts);
    const auto verdict = judge(CheckView(facts));
    REQUIRE(verdict.senders.size() == 4);
    const Delivery expected[] = {row.plain, row.sts, row.dane, row.strict};
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& outlook = verdict.senders[i];
      CAPTURE(name_of(outlook.sender));
      CAPTURE(outlook.reason);
      CHECK(name_of(outlook.delivery) == name_of(expected[i]));
      CHECK(outlook.reason.empty() == (outlook.delivery == Delivery::encrypted));
    }
    const auto& reason = verdict.senders[3].reason;
    CAPTURE(reason);
    CHECK((*row.reason == '\0' ? reason.empty() : reason.find(row.reason) != std::string::npos));
    CHECK(!verdict.summary.empty());
    CHECK(verdict.summary.find('\n') == std::string::npos);
  }
}

std::string summary_of(void (*change)(CheckFacts&)) {
  auto facts = good_domain();
  change(facts);
  return judge(CheckView(facts)).summary;
}

}  // namespace

TEST_CASE("verdict: policies (RFC 8461 §5)") { run(kPolicyRows); }
TEST_CASE("verdict: DANE (RFC 7672 §2.2)") { run(kDaneRows); }
TEST_CASE("verdict: hosts and their addresses") { run(kHostRows); }

TEST_CASE("verdict: each host and address by itself") {
  auto facts = good_domain();
  expire(first_address(facts));
  const auto verdict = judge(CheckView(facts));
  const auto& sts = verdict.senders[1];
  CHECK(sts.sender == Sender::sts);
  REQUIRE(sts.hosts.size() == 2);
  CHECK(sts.hosts[0].host == "mx1.example.com");
  CHECK(sts.hosts[0].preference == 10);
  CHECK(sts.hosts[0].listed);
  CHECK(sts.hosts[0].by_address == std::vector{kWaits, kSafe});
  CHECK(sts.hosts[0].delivery == kSafe);
  CHECK(sts.hosts[1].by_address == std::vector{kSafe, kSafe});
}

TEST_CASE("verdict: the first sentence a domain's owner reads") {
  CHECK(summary_of([](CheckFacts&) {}) ==
        "Mail arrives, and senders that enforce MTA-STS deliver it only encrypted and to the right "
        "hosts.");
  CHECK(summary_of(sign_with_dane) ==
        "Mail arrives, and senders that enforce MTA-STS or DANE deliver it only encrypted and to "
        "the right hosts.");
  CHECK(summary_of(no_policy) ==
        "Mail arrives, encrypted if nobody interferes: no MTA-STS policy is in force and there are "
        "no TLSA records that count.");
  CHECK(summary_of([](CheckFacts& facts) { list_only(facts, "mx9.example.com"); }) ==
        "Mail from senders that enforce MTA-STS is deferred because mx1.example.com is not in the "
        "MTA-STS policy, and no other MX host can be used; ordinary mail arrives.");
  CHECK(summary_of([](CheckFacts& facts) {
          no_policy(facts);
          at_each_address(facts, without_starttls);
        }) == "Mail arrives in clear text: mx1.example.com [2a00:1::1] does not offer STARTTLS.");
  CHECK(summary_of([](CheckFacts& facts) {
          at_each_address(facts, [](auto& seen) { stop_connect(seen, ConnectStatus::refused); });
        }) ==
        "Mail does not arrive now: mx1.example.com [2a00:1::1] refuses connections, and no other "
        "MX host can be used.");
}

}  // namespace strictmx
