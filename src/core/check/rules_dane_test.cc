#include "core/check/test_check_rules.h"
#include "core/check/test_mail_hosts.h"

namespace strictmx {

namespace {

MxHostFacts& first(CheckFacts& facts) { return facts.hosts[0]; }

// TLSA records of the first host instead of the two good ones, not compared with anything.
void publish(CheckFacts& facts, const std::vector<TlsaRecord>& records) {
  sign_with_dane(facts);
  auto& host = first(facts);
  host.tlsa[0].records = records;
  host.dane.records = records;
  host.dane.state = classify_tlsa(records);
  for (auto& seen : host.addresses) seen.tlsa.clear();
}
TlsaRecord record(std::uint8_t usage, std::uint8_t selector, std::uint8_t matching,
                  std::size_t octets = 32) {
  return {usage, selector, matching, std::string(octets, '\xd0')};
}
template <std::uint8_t kUsage, std::uint8_t kSelector, std::uint8_t kMatching, std::size_t kOctets>
void publish_one(CheckFacts& facts) {
  publish(facts, {record(kUsage, kSelector, kMatching, kOctets)});
}

// What each record of the first host is found to be at one of its addresses.
void compare(SmtpAddressFacts& seen, TlsaMatch first_record, TlsaMatch second_record) {
  seen.tlsa[0].match = first_record;
  seen.tlsa[1].match = second_record;
}
template <TlsaMatch kFirst, TlsaMatch kSecond>
void all_are(CheckFacts& facts) {
  sign_with_dane(facts);
  for (auto& seen : first(facts).addresses) compare(seen, kFirst, kSecond);
}
template <TlsaMatch kFirst, TlsaMatch kSecond>
void one_is(CheckFacts& facts) {
  sign_with_dane(facts);
  compare(first_address(facts), kFirst, kSecond);
}
void only_authority(CheckFacts& facts) {
  sign_with_dane(facts);
  auto& host = first(facts);
  host.dane.records.erase(host.dane.records.begin());
  for (auto& seen : host.addresses) {
    seen.tlsa.erase(seen.tlsa.begin());
    seen.tlsa[0].match = TlsaMatch::no_match;
  }
}
template <TlsaMatch kMatch>
void one_key(CheckFacts& facts) {
  publish(facts, {record(3, 1, 1)});
  for (auto& seen : first(facts).addresses) seen.tlsa = {{record(3, 1, 1), kMatch, 0}};
}
void with_rsa_too(CheckFacts& facts, TlsaMatch match) {
  sign_with_dane(facts);
  auto& seen = first_address(facts);
  seen.other_key = good_dialogue("mx1.example.com");
  seen.other_key->tls.chain.sent[0].key = KeyType::rsa;
  seen.other_key->tls.chain.sent[0].spki_sha256 = hex_of("0F");
  seen.tlsa_other_key = seen.tlsa;
  for (auto& tlsa : seen.tlsa_other_key) tlsa.match = match;
}
void dane_without_starttls(CheckFacts& facts) {
  sign_with_dane(facts);
  at_each_address(facts, without_starttls);
}

void spoil(std::optional<DnsMeta>& meta, DnsStatus status) {
  meta = dns_status(status);
  meta->why = "signature\texpired";
}
void failing_tlsa(CheckFacts& facts) {
  sign_with_dane(facts);
  first(facts).tlsa[0] = {"mx1.example.com", dns_status(DnsStatus::servfail), {}, {}};
  first(facts).dane.state = DaneState::failed;
}
template <int kHours>
void signed_for(CheckFacts& facts) {
  sign_with_dane(facts);
  facts.mx.meta.signed_until = kTestNow + std::chrono::hours(kHours);
}
template <std::uint8_t kDs, std::uint8_t kKey>
void insecure_keys(CheckFacts& facts) {
  facts.zone.ds_records = {{.tag = 1, .flags = 0, .algorithm = kDs, .digest_type = 2}};
  facts.zone.keys = {{.tag = 0, .flags = 257, .algorithm = kKey, .digest_type = 0}};
}
void not_validating(CheckFacts& facts) { facts.vantage.root->trust = DnsTrust::insecure; }

std::vector<RuleRow> rows_of_signing() {
  return {
      {"dnssec-resolver-not-validating", kYes, "not secure", not_validating},
      {"dnssec-resolver-not-validating", kNo, "no answer",
       [](CheckFacts& facts) { facts.vantage.root = dns_status(DnsStatus::timeout); }},
      {"dnssec-unsigned", kYes, "not signed", unchanged, "zone example.com"},
      {"dnssec-unsigned", kNo, "signed", sign_with_dane},
      {"dnssec-unsigned", kNo, "nobody here could tell", not_validating},
      {"dnssec-unsigned", kNo, "no answer",
       [](CheckFacts& facts) { facts.zone.soa = dns_status(DnsStatus::timeout); }},
      {"dnssec-ds-missing", kYes, "keys without DS",
       [](CheckFacts& facts) {
         insecure_keys<13, 13>(facts);
         facts.zone.ds_records.clear();
       },
       "1 DNSKEY records"},
      {"dnssec-ds-missing", kNo, "no keys", unchanged},
      {"dnssec-bogus", kYes, "the MX records",
       [](CheckFacts& facts) {
         facts.mx.meta.status = DnsStatus::bogus;
         facts.mx.meta.why = "signature\texpired";
         facts.hosts.clear();
       },
       "signature\\x09expired"},
      {"dnssec-bogus", kYes, "the addresses of a host",
       [](CheckFacts& facts) { spoil(first(facts).dns.v6, DnsStatus::bogus); }, "mx1.example.com"},
      {"dnssec-bogus", kNo, "no answer",
       [](CheckFacts& facts) { spoil(first(facts).dns.v6, DnsStatus::servfail); }},
      {"dnssec-ds-mismatch", kYes, "another algorithm", insecure_keys<8, 13>, "DS for algorithm 8"},
      {"dnssec-ds-mismatch", kNo, "the same algorithm", insecure_keys<13, 13>},
      {"dnssec-ds-algorithm", kYes, "RSA with SHA-1", insecure_keys<5, 5>, "algorithm 5"},
      {"dnssec-ds-algorithm", kNo, "RSA with SHA-256", insecure_keys<8, 8>},
      {"dnssec-ds-digest", kYes, "SHA-1",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         facts.zone.ds_records[0].digest_type = 1;
       },
       "digest type 1"},
      {"dnssec-ds-digest", kNo, "SHA-1 and SHA-256",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         facts.zone.ds_records.push_back(facts.zone.ds_records[0]);
         facts.zone.ds_records[0].digest_type = 1;
       }},
      {"dnssec-rrsig-expiring", kYes, "two days", signed_for<48>, "2026-11-28T19:00:00Z"},
      {"dnssec-rrsig-expiring", kNo, "four days", signed_for<96>},
      {"dnssec-nsec3-iterations", kYes, "10",
       [](CheckFacts& facts) { facts.zone.nsec3_iterations = 10; }, "10 iterations"},
      {"dnssec-nsec3-iterations", kNo, "0",
       [](CheckFacts& facts) { facts.zone.nsec3_iterations = 0; }},
      {"dnssec-mx-zone-unsigned", kYes, "one host",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).dns.v4->trust = first(facts).dns.v6->trust = DnsTrust::insecure;
       },
       "mx1.example.com"},
      {"dnssec-mx-zone-unsigned", kNo, "nothing is signed", unchanged},
      {"dnssec-insecure-nxdomain", kYes, "denied and unsigned",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).tlsa[0].sibling = dns_status(DnsStatus::no_name);
       },
       "_25._tcp.mx1.example.com"},
      {"dnssec-insecure-nxdomain", kNo, "no data", sign_with_dane},
  };
}

std::vector<RuleRow> rows_of_records() {
  return {
      {"dane-denial-broken", kYes, "no answer", failing_tlsa, "servfail"},
      {"dane-denial-broken", kNo, "the resolver fails",
       [](CheckFacts& facts) {
         failing_tlsa(facts);
         facts.vantage.root = dns_status(DnsStatus::servfail);
       }},
      {"dane-denial-broken", kNo, "the addresses fail",
       [](CheckFacts& facts) { first(facts).dane.state = DaneState::failed; }},
      {"dane-tlsa-insecure", kYes, "not signed",
       [](CheckFacts& facts) {
         first(facts).tlsa = {{"mx1.example.com", dns_found(), {record(3, 1, 1)}, {}}};
       },
       "1 records"},
      {"dane-tlsa-insecure", kNo, "signed", sign_with_dane},
      {"dane-mx-insecure", kYes, "insecure MX",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         facts.mx.meta.trust = DnsTrust::insecure;
       }},
      {"dane-mx-insecure", kNo, "planned MX",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         facts.mx.meta.trust = DnsTrust::insecure;
         facts.planned_mx = true;
       }},
      {"dane-partial", kYes, "one of two",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).dane = {};
       },
       "_25._tcp.mx1.example.com. IN TLSA 3 1 1 0101"},
      {"dane-partial", kNo, "both", sign_with_dane},
      {"dane-partial", kNo, "the other one has no address",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).dane = {};
         first(facts).dane.state = DaneState::unreachable;
       }},
  };
}

std::vector<RuleRow> rows_of_worth() {
  return {
      {"dane-usage-pkix", kYes, "1 1 1", publish_one<1, 1, 1, 32>, "IN TLSA 3 1 1 0101"},
      {"dane-usage-pkix", kNo, "2 1 1", publish_one<2, 1, 1, 32>},
      {"dane-unusable-all", kYes, "1 1 1", publish_one<1, 1, 1, 32>},
      {"dane-unusable-all", kNo, "one is usable",
       [](CheckFacts& facts) { publish(facts, {record(1, 1, 1), record(3, 1, 1)}); }},
      {"dane-digest-length", kYes, "20 octets", publish_one<3, 1, 1, 20>, "3 1 1 D0D0"},
      {"dane-digest-length", kNo, "SHA-512", publish_one<3, 1, 2, 64>},
      {"dane-unknown-type", kYes, "3 1 9", publish_one<3, 1, 9, 32>},
      {"dane-unknown-type", kNo, "0 0 0", publish_one<0, 0, 0, 32>},
      {"dane-matching-full", kYes, "3 0 0", publish_one<3, 0, 0, 900>, "..."},
      {"dane-matching-full", kNo, "3 0 1", publish_one<3, 0, 1, 32>},
      {"dane-matching-sha512", kYes, "3 1 2", publish_one<3, 1, 2, 64>},
      {"dane-matching-sha512", kNo, "both digests",
       [](CheckFacts& facts) { publish(facts, {record(3, 1, 2, 64), record(3, 1, 1)}); }},
      {"dane-selector-cert", kYes, "3 0 1", publish_one<3, 0, 1, 32>},
      {"dane-selector-cert", kNo, "2 0 1", publish_one<2, 0, 1, 32>},
      {"dane-no-rollover", kYes, "one key", one_key<TlsaMatch::match>},
      {"dane-no-rollover", kYes, "one key, not compared",
       [](CheckFacts& facts) {
         one_key<TlsaMatch::match>(facts);
         first(facts).addresses.clear();
       }},
      {"dane-no-rollover", kNo, "one key, and it does not match", one_key<TlsaMatch::no_match>},
      {"dane-no-rollover", kNo, "a key and an authority", sign_with_dane},
      {"dane-no-rollover", kNo, "one authority", publish_one<2, 1, 1, 32>},
      {"dane-cname", kYes, "at the name in the record only",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).dns.v4->canonical = "real.example.net";
       },
       "_25._tcp.real.example.net"},
      {"dane-cname", kNo, "at the end of the alias",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).dns.v4->canonical = first(facts).dane.base = "real.example.net";
       }},
      {"dane-ttl-high", kYes, "two days",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).tlsa[0].meta.ttl = Seconds{172800};
       },
       "172800"},
      {"dane-ttl-high", kNo, "an hour", sign_with_dane},
      {"dane-wildcard", kYes, "expanded",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         first(facts).tlsa[0].meta.wildcard = true;
       }},
      {"dane-wildcard", kNo, "its own", sign_with_dane},
      {"dane-many-records", kYes, "nine",
       [](CheckFacts& facts) { publish(facts, std::vector<TlsaRecord>(9, record(3, 1, 1))); },
       "9 records"},
      {"dane-many-records", kNo, "eight",
       [](CheckFacts& facts) { publish(facts, std::vector<TlsaRecord>(8, record(3, 1, 1))); }},
  };
}

constexpr auto kMatch = TlsaMatch::match;
constexpr auto kMiss = TlsaMatch::no_match;

std::vector<RuleRow> rows_of_matches() {
  return {
      {"dane-mismatch", kYes, "none", all_are<kMiss, kMiss>,
       "_25._tcp.mx1.example.com. IN TLSA 3 1 1 0101"},
      {"dane-mismatch", kNo, "one of two records", all_are<kMiss, kMatch>},
      {"dane-mismatch", kNo, "no certificate was seen",
       all_are<TlsaMatch::not_checked, TlsaMatch::not_checked>},
      {"dane-mismatch", kNo, "insecure MX records",
       [](CheckFacts& facts) {
         all_are<kMiss, kMiss>(facts);
         facts.mx.meta.trust = DnsTrust::insecure;
       }},
      {"dane-mismatch-one-address", kYes, "one of two", one_is<kMiss, kMiss>,
       "mx1.example.com [2a00:1::1]"},
      {"dane-mismatch-one-address", kNo, "all", all_are<kMiss, kMiss>},
      {"dane-mismatch-keytype", kYes, "the RSA key is not there",
       [](CheckFacts& facts) { with_rsa_too(facts, kMiss); }, "IN TLSA 3 1 1 0F0F"},
      {"dane-mismatch-keytype", kNo, "both match",
       [](CheckFacts& facts) { with_rsa_too(facts, kMatch); }},
      {"dane-ta-missing-in-chain", kYes, "left out", all_are<kMiss, TlsaMatch::ta_not_sent>},
      {"dane-ta-missing-in-chain", kYes, "the issuer, of a private root",
       [](CheckFacts& facts) {
         only_authority(facts);
         for (auto& seen : first(facts).addresses) spoil_chain(seen, ChainStatus::incomplete);
       }},
      {"dane-ta-missing-in-chain", kNo, "the key matches", all_are<kMatch, TlsaMatch::ta_not_sent>},
      {"dane-ta-name", kYes, "another name", all_are<kMiss, TlsaMatch::ta_wrong_name>,
       "mx1.example.com"},
      {"dane-ta-name", kNo, "the key matches", all_are<kMatch, TlsaMatch::ta_wrong_name>},
      {"dane-ta-expired", kYes, "ended", all_are<kMiss, TlsaMatch::ta_expired>},
      {"dane-ta-expired", kNo, "another name", all_are<kMiss, TlsaMatch::ta_wrong_name>},
      {"dane-ta-chain", kYes, "another issuer", all_are<kMiss, TlsaMatch::ta_chain>},
      {"dane-ta-chain", kNo, "good", sign_with_dane},
      {"dane-ta-public-issuer-rotated", kYes, "a good chain of another authority", only_authority,
       "CN=Good CA 1"},
      {"dane-ta-public-issuer-rotated", kNo, "the key was named too", all_are<kMiss, kMiss>},
      {"dane-starttls-missing", kYes, "nowhere", dane_without_starttls, "2 TLSA records"},
      {"dane-starttls-missing", kNo, "no TLSA records",
       [](CheckFacts& facts) { at_each_address(facts, without_starttls); }},
      {"dane-stale-record", kYes, "one of two", all_are<kMatch, kMiss>,
       "remove: _25._tcp.mx1.example.com. IN TLSA 2 1 1 0202"},
      {"dane-stale-record", kNo, "at one address only", one_is<kMatch, kMiss>},
      {"dane-stale-record", kNo, "none matches", all_are<kMiss, kMiss>},
      {"dane-stale-record", kNo, "it is for the other key",
       [](CheckFacts& facts) {
         with_rsa_too(facts, kMatch);
         for (auto& seen : first(facts).addresses) seen.tlsa[1].match = kMiss;
       }},
  };
}

}  // namespace

std::vector<RuleRow> rows_of_dane() {
  auto rows = rows_of_signing();
  for (const auto& more : {rows_of_records(), rows_of_worth(), rows_of_matches()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

TEST_CASE("findings: DNSSEC and DANE") { run_rows(rows_of_dane()); }

TEST_CASE("findings: a signature in its last hours is more than one made anew each day") {
  for (const auto& [change, severity] : {std::pair{&signed_for<48>, Severity::notice},
                                         std::pair{&signed_for<6>, Severity::warning}}) {
    auto facts = good_domain();
    change(facts);
    const auto findings = findings_of(facts);
    const auto found = std::ranges::find_if(
        findings, [](const Finding& f) { return f.kind->id == "dnssec-rrsig-expiring"; });
    REQUIRE(found != findings.end());
    CHECK(found->severity == severity);
  }
}

}  // namespace strictmx
