// core/check/test_check_facts.h: the facts of a domain where everything is right, and ways to spoil
// them. Used by the tests of core only. "example.com" has two MX hosts with an address of each
// family, a policy in mode enforce, good certificates, TLS reporting, and no DNSSEC;
// sign_with_dane() adds that.
#pragma once
#include <string>
#include <utility>

#include "core/check/check_facts.h"

namespace strictmx {

inline const WallTime kTestNow = *parse_utc("2026-11-26T19:00:00Z");
constexpr Seconds kTestDay{86400};

inline DnsMeta dns_found() {
  return {.status = DnsStatus::found, .ttl = Seconds{3600}, .canonical = {}, .why = {}};
}
inline DnsMeta dns_status(DnsStatus status) {
  return {.status = status, .ttl = Seconds{300}, .canonical = {}, .why = {}};
}
inline IpAddress test_address(std::string_view text) { return *IpAddress::parse(text); }

// A name with one address of each family.
inline NameFacts name_with(std::string name, std::string_view v6, std::string_view v4) {
  return {.name = std::move(name),
          .v6 = dns_found(),
          .v4 = dns_found(),
          .addresses = {test_address(v6), test_address(v4)},
          .alias = dns_status(DnsStatus::no_data)};
}
inline NameFacts name_without(std::string name, DnsStatus status) {
  return {.name = std::move(name),
          .v6 = dns_status(status),
          .v4 = dns_status(status),
          .addresses = {},
          .alias = dns_status(status)};
}
inline TxtFacts txt_with(std::string name, std::vector<std::string> records) {
  TxtFacts txt;
  txt.name = std::move(name);
  txt.meta = records.empty() ? dns_status(DnsStatus::no_name) : dns_found();
  for (auto& record : records) txt.records.push_back({std::move(record)});
  return txt;
}

// The upper-case hex of 32 equal octets.
inline std::string hex_of(std::string_view octet) {
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += octet;
  return hex;
}

// 90 days long, 70 of them left.
inline CertificateFacts good_certificate(std::string name, std::string issuer) {
  CertificateFacts certificate;
  certificate.subject = "CN=" + name;
  certificate.issuer = std::move(issuer);
  certificate.common_name = name;
  certificate.serial = "01";
  certificate.sha256 = std::string(64, 'A');
  certificate.spki_sha256 = hex_of("01");
  certificate.der = "der of " + name;
  certificate.dns_names = {name};
  certificate.dns_name_count = 1;
  certificate.not_before = kTestNow - 20 * kTestDay;
  certificate.not_after = kTestNow + 70 * kTestDay;
  certificate.key = KeyType::ec;
  certificate.key_bits = 256;
  certificate.signature_algorithm = "ecdsa-with-SHA256";
  certificate.digest = SignatureDigest::sha2;
  certificate.server_auth = ServerAuth::allowed;
  return certificate;
}

inline CertificateFacts good_authority() {
  auto authority = good_certificate("Good CA 1", "CN=Good Root,O=Good Authority");
  authority.subject = "CN=Good CA 1,O=Good Authority";
  authority.sha256 = std::string(64, 'C');
  authority.spki_sha256 = hex_of("02");
  authority.dns_names.clear();
  authority.dns_name_count = 0;
  authority.not_before = kTestNow - 400 * kTestDay;
  authority.not_after = kTestNow + 1400 * kTestDay;
  authority.is_ca = true;
  return authority;
}

inline ChainFacts good_chain(std::string name) {
  ChainFacts chain;
  chain.sent = {good_certificate(std::move(name), good_authority().subject), good_authority()};
  chain.sent_count = 2;
  chain.status = ChainStatus::ok;
  chain.status_at_any_time = ChainStatus::ok;
  chain.trust_anchor = "CN=Good Root,O=Good Authority";
  return chain;
}

inline TlsFacts good_tls(const std::string& name) {
  TlsFacts tls;
  tls.status = HandshakeStatus::done;
  tls.server_name = name;
  tls.version = TlsVersion::tls13;
  tls.cipher = "TLS_AES_256_GCM_SHA384";
  tls.cipher_bits = 256;
  tls.forward_secrecy = true;
  tls.group = "X25519";
  tls.group_bits = 253;
  tls.extended_master_secret = true;
  tls.secure_renegotiation = true;
  tls.chain = good_chain(name);
  tls.time = Millis{40};
  return tls;
}

inline ConnectFacts good_connect() { return {ConnectStatus::connected, {}, Millis{20}}; }

inline TimedReply reply_of(unsigned code, std::vector<std::string> lines) {
  return {{code, std::move(lines), {}}, Millis{20}};
}

inline SmtpDialogue good_dialogue(const std::string& host) {
  SmtpDialogue dialogue;
  dialogue.stage = SmtpStage::ehlo_again;
  dialogue.end = SmtpEnd::complete;
  dialogue.helo_name = "client.example";
  dialogue.greeting = reply_of(220, {host + " ESMTP"});
  dialogue.ehlo = reply_of(250, {host, "SIZE 10000000", "STARTTLS"});
  dialogue.starttls = reply_of(220, {"go on"});
  dialogue.tls = good_tls(host);
  dialogue.ehlo_again = reply_of(250, {host, "SIZE 10000000"});
  dialogue.quit = reply_of(221, {"bye"});
  return dialogue;
}

inline SmtpAddressFacts good_smtp(const std::string& host, IpAddress address) {
  SmtpAddressFacts facts{.address = address};
  facts.connect = good_connect();
  facts.dialogue = good_dialogue(host);
  facts.no_sni = good_dialogue(host);
  facts.no_sni->tls.server_name.clear();
  facts.other_sni = good_dialogue(host);
  facts.other_sni->tls.server_name = "nobody.invalid";
  facts.versions = {VersionSupport::no, VersionSupport::no, VersionSupport::yes,
                    VersionSupport::yes};
  facts.injection = InjectionResult::discarded;
  facts.connections = 5;
  return facts;
}

inline MxHostFacts good_host(std::uint16_t preference, const std::string& name, std::string_view v6,
                             std::string_view v4) {
  MxHostFacts host;
  host.preference = preference;
  host.name = name;
  host.host = *Domain::parse(name);
  host.dns = name_with(name, v6, v4);
  host.tlsa = {{name, dns_status(DnsStatus::no_name), {}, {}}};
  host.dane.host = name;
  for (const auto& address : host.dns.addresses) host.addresses.push_back(good_smtp(name, address));
  return host;
}

// As published: each line ends with CRLF.
inline std::string policy_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\r\n";
  return text;
}

// The same body and the same HTTP answer at every address of the policy host.
inline void set_policy(CheckFacts& facts, const std::string& body) {
  facts.policy_host.outcome = {FetchStatus::ok, body, {}};
  facts.policy_host.fetched = true;
  for (auto& address : facts.policy_host.addresses) {
    address.http.body = body;
    address.http.body_bytes = body.size();
  }
}

inline HttpFacts good_http() {
  HttpFacts http;
  http.end = HttpEnd::complete;
  http.status = 200;
  http.fields = {{"content-type", "text/plain"}};
  http.first_byte = Millis{10};
  http.total = Millis{80};
  return http;
}

inline PolicyHostFacts good_policy_host(const std::string& name, std::string_view v6,
                                        std::string_view v4) {
  PolicyHostFacts host;
  host.dns = name_with(name, v6, v4);
  for (const auto& address : host.dns.addresses) {
    PolicyAddressFacts facts{.address = address};
    facts.connect = good_connect();
    facts.tls = good_tls(name);
    facts.tls.alpn = "http/1.1";
    facts.http = good_http();
    host.addresses.push_back(std::move(facts));
  }
  return host;
}

inline ZoneFacts good_zone() {
  ZoneFacts zone;
  zone.apex = "example.com";
  zone.soa = dns_found();
  zone.ns = dns_found();
  zone.name_servers = {name_with("ns1.example.com", "2a00:1::53", "5.0.0.53"),
                       name_with("ns2.example.net", "2a00:2::53", "5.1.0.53")};
  zone.ds = dns_status(DnsStatus::no_data);
  zone.dnskey = dns_status(DnsStatus::no_data);
  zone.nsec3param = dns_status(DnsStatus::no_data);
  return zone;
}

inline std::string good_policy() {
  return policy_text({"version: STSv1", "mode: enforce", "mx: mx1.example.com",
                      "mx: mx2.example.com", "max_age: 2419200"});
}

inline CheckFacts good_domain() {
  CheckFacts facts(*Domain::parse("example.com"));
  facts.started = kTestNow;
  facts.took = Millis{900};
  facts.vantage.root = dns_found();
  facts.vantage.root->trust = DnsTrust::secure;
  facts.mx.meta = dns_found();
  facts.mx.hosts = {{10, "mx1.example.com"}, {20, "mx2.example.com"}};
  facts.hosts = {good_host(10, "mx1.example.com", "2a00:1::1", "5.0.0.1"),
                 good_host(20, "mx2.example.com", "2a00:1::2", "5.0.0.2")};
  facts.zone = good_zone();
  facts.sts_txt = txt_with("_mta-sts.example.com", {"v=STSv1; id=20261101T120000;"});
  facts.wildcard_txt = txt_with("strictmx-unknown-name.example.com", {});
  facts.wildcard_address = name_without("strictmx-unknown-name.example.com", DnsStatus::no_name);
  facts.policy_host = good_policy_host("mta-sts.example.com", "2a00:1::80", "5.0.0.80");
  set_policy(facts, good_policy());
  facts.policy_host_caa = CaaFacts{"mta-sts.example.com", "", dns_status(DnsStatus::no_data), {}};
  facts.rpt_txt = txt_with("_smtp._tls.example.com", {"v=TLSRPTv1; rua=mailto:tls@example.com"});
  ReportTargetFacts target{"mailto:tls@example.com", "mailto", "example.com", {}, {}, {}};
  target.mx = facts.mx;
  facts.report_targets = {std::move(target)};
  return facts;
}

// Every answer about the domain and its hosts is secure; each host has "3 1 1" and "2 1 1" records
// that match: those of good_certificate() and good_authority().
inline void sign_with_dane(CheckFacts& facts) {
  facts.mx.meta.trust = DnsTrust::secure;
  facts.zone.soa->trust = DnsTrust::secure;
  facts.zone.ds = facts.zone.dnskey = facts.zone.soa;
  facts.zone.ds_records = {{.tag = 1, .flags = 0, .algorithm = 13, .digest_type = 2}};
  facts.zone.keys = {{.tag = 0, .flags = 257, .algorithm = 13, .digest_type = 0}};
  for (auto* txt : {&facts.sts_txt, &facts.rpt_txt}) txt->meta->trust = DnsTrust::secure;
  for (auto& host : facts.hosts) {
    host.dns.v6->trust = host.dns.v4->trust = DnsTrust::secure;
    const std::vector<TlsaRecord> records = {{3, 1, 1, std::string(32, '\x01')},
                                             {2, 1, 1, std::string(32, '\x02')}};
    auto secure = dns_found();
    secure.trust = DnsTrust::secure;
    auto sibling = dns_status(DnsStatus::no_data);
    sibling.trust = DnsTrust::secure;
    host.tlsa = {{host.name, secure, records, sibling}};
    host.dane = {host.name, DaneState::usable, host.name, records, Seconds{3600}, {}};
    for (auto& address : host.addresses)
      address.tlsa = {{records[0], TlsaMatch::match, 0}, {records[1], TlsaMatch::match, 1}};
  }
}

}  // namespace strictmx
