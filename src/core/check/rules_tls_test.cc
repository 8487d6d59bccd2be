#include "core/check/test_check_rules.h"
#include "core/check/test_mail_hosts.h"

namespace strictmx {

namespace {

TlsFacts& first_tls(CheckFacts& facts) { return first_dialogue(facts).tls; }
void good(CheckFacts&) {}

template <HandshakeStatus kStatus>
void fail_first(CheckFacts& facts) {
  fail_handshake(first_address(facts), kStatus, "what OpenSSL says");
}
// The handshake of a sender fails; that of a client that takes anything shows what there is.
void speaks_only(CheckFacts& facts, TlsVersion version) {
  auto& seen = first_address(facts);
  fail_handshake(seen, HandshakeStatus::no_version, "no version in common");
  seen.dialogue.tls.chain = {};
  seen.any_tls = good_dialogue("mx1.example.com");
  seen.any_tls->tls.version = version;
}
void small_group(CheckFacts& facts) {
  auto& seen = first_address(facts);
  fail_handshake(seen, HandshakeStatus::weak, "dh key too small");
  seen.any_tls = good_dialogue("mx1.example.com");
  seen.any_tls->tls.version = TlsVersion::tls12;
  seen.any_tls->tls.group = "DH";
  seen.any_tls->tls.group_bits = 1024;
}
void tls12(CheckFacts& facts) {
  auto& tls = first_tls(facts);
  tls.version = TlsVersion::tls12;
  tls.cipher = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
  first_address(facts).versions.tls13 = VersionSupport::no;
}
template <VersionSupport kTls10, VersionSupport kTls11>
void old_versions(CheckFacts& facts) {
  first_address(facts).versions.tls10 = kTls10;
  first_address(facts).versions.tls11 = kTls11;
}
template <HandshakeStatus kStatus>
void fail_without_name(CheckFacts& facts) {
  first_address(facts).no_sni->tls.status = kStatus;
  first_address(facts).no_sni->tls.detail = "unrecognized_name";
}
template <HandshakeStatus kStatus>
void fail_with_other_name(CheckFacts& facts) {
  first_address(facts).other_sni->tls.status = kStatus;
}

std::vector<RuleRow> rows_of_handshakes() {
  return {
      {"tls-handshake-failed", kYes, "an alert", fail_first<HandshakeStatus::alert>,
       "what OpenSSL says"},
      {"tls-handshake-failed", kYes, "no TLS at all", fail_first<HandshakeStatus::not_tls>},
      {"tls-handshake-failed", kYes, "no end", fail_first<HandshakeStatus::timeout>},
      {"tls-handshake-failed", kNo, "our fault", fail_first<HandshakeStatus::local>},
      {"tls-handshake-failed", kNo, "too old: another finding",
       [](CheckFacts& facts) { speaks_only(facts, TlsVersion::tls11); }},
      {"tls-no-12", kYes, "TLS 1.1 at most",
       [](CheckFacts& facts) { speaks_only(facts, TlsVersion::tls11); }, "TLSv1.1"},
      {"tls-no-12", kYes, "another version", fail_first<HandshakeStatus::no_version>},
      {"tls-no-12", kNo, "TLS 1.2",
       [](CheckFacts& facts) { speaks_only(facts, TlsVersion::tls12); }},
      {"tls-13-only", kYes, "no TLS 1.2",
       [](CheckFacts& facts) { first_address(facts).versions.tls12 = VersionSupport::no; }},
      {"tls-13-only", kNo, "not known",
       [](CheckFacts& facts) { first_address(facts).versions.tls12 = VersionSupport::unknown; }},
      {"tls-old-enabled", kYes, "both", old_versions<VersionSupport::yes, VersionSupport::yes>,
       "TLS 1.0 and TLS 1.1"},
      {"tls-old-enabled", kNo, "not tried",
       old_versions<VersionSupport::not_tried, VersionSupport::unknown>},
      {"tls-no-13", kYes, "TLS 1.2", tls12, "TLSv1.2"},
      {"tls-no-13", kNo, "not tried",
       [](CheckFacts& facts) { first_address(facts).versions = {}; }},
      {"tls-client-cert-required", kYes, "required", fail_first<HandshakeStatus::certificate_ask>},
      {"tls-client-cert-required", kNo, "asked for",
       [](CheckFacts& facts) { first_tls(facts).asked_for_certificate = true; }},
      {"tls-client-cert-asked", kYes, "asked for",
       [](CheckFacts& facts) { first_tls(facts).asked_for_certificate = true; }},
      {"tls-client-cert-asked", kNo, "required", fail_first<HandshakeStatus::certificate_ask>},
      {"tls-slow", kYes, "6 s", [](CheckFacts& facts) { first_tls(facts).time = Millis{6000}; },
       "6 s"},
      {"tls-slow", kNo, "4 s", [](CheckFacts& facts) { first_tls(facts).time = Millis{4000}; }},
  };
}

std::vector<RuleRow> rows_of_strength() {
  return {
      {"tls-weak-cipher", kYes, "3DES",
       [](CheckFacts& facts) {
         tls12(facts);
         first_tls(facts).cipher = "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA";
       },
       "3DES"},
      {"tls-weak-cipher", kYes, "56 bits",
       [](CheckFacts& facts) { first_tls(facts).cipher_bits = 56; }},
      {"tls-weak-cipher", kNo, "TLS 1.2", tls12},
      {"tls-no-fs", kYes, "RSA key exchange",
       [](CheckFacts& facts) {
         tls12(facts);
         first_tls(facts).forward_secrecy = false;
       }},
      {"tls-no-fs", kNo, "the handshake failed",
       [](CheckFacts& facts) {
         fail_first<HandshakeStatus::alert>(facts);
         first_tls(facts).forward_secrecy = false;
       }},
      {"tls-anon-only", kYes, "no certificate",
       [](CheckFacts& facts) {
         first_tls(facts).anonymous = true;
         first_tls(facts).chain = {};
       }},
      {"tls-anon-only", kNo, "good", good},
      {"tls-dh-small", kYes, "1024 bits", small_group, "1024 bits"},
      {"tls-dh-small", kNo, "2048 bits",
       [](CheckFacts& facts) {
         first_tls(facts).group = "DH";
         first_tls(facts).group_bits = 2048;
       }},
      {"tls-weak-parameters", kYes, "not known which", fail_first<HandshakeStatus::weak>},
      {"tls-weak-parameters", kNo, "the group: another finding", small_group},
      {"tls-weak-parameters", kNo, "the key: another finding",
       [](CheckFacts& facts) {
         leaf_of(first_address(facts)).key = KeyType::rsa;
         leaf_of(first_address(facts)).key_bits = 1024;
         fail_first<HandshakeStatus::weak>(facts);
       }},
      {"tls-compression", kYes, "on",
       [](CheckFacts& facts) { first_tls(facts).compression = true; }},
      {"tls-compression", kNo, "good", good},
      {"tls-no-ems", kYes, "without",
       [](CheckFacts& facts) {
         tls12(facts);
         first_tls(facts).extended_master_secret = false;
       }},
      {"tls-no-ems", kNo, "TLS 1.2", tls12},
      {"tls-renegotiation", kYes, "without",
       [](CheckFacts& facts) {
         tls12(facts);
         first_tls(facts).secure_renegotiation = false;
       }},
      {"tls-renegotiation", kNo, "TLS 1.2", tls12},
  };
}

std::vector<RuleRow> rows_of_names() {
  return {
      {"tls-sni-required", kYes, "an alert", fail_without_name<HandshakeStatus::alert>,
       "unrecognized_name"},
      {"tls-sni-required", kNo, "no time", fail_without_name<HandshakeStatus::timeout>},
      {"tls-sni-required", kNo, "it fails with a name too",
       [](CheckFacts& facts) {
         const auto other = first_address(facts).no_sni;
         fail_first<HandshakeStatus::alert>(facts);
         first_address(facts).no_sni = other;
         fail_without_name<HandshakeStatus::alert>(facts);
       }},
      {"tls-sni-abort", kYes, "closed", fail_with_other_name<HandshakeStatus::closed>,
       "nobody.invalid"},
      {"tls-sni-abort", kNo, "not tried",
       [](CheckFacts& facts) { first_address(facts).other_sni.reset(); }},
      {"tls-cert-differs-by-sni", kYes, "another name",
       [](CheckFacts& facts) {
         auto& leaf = first_address(facts).no_sni->tls.chain.sent[0];
         leaf = good_certificate("default.example.com", leaf.issuer);
         leaf.sha256 = std::string(64, 'B');
       },
       "default.example.com"},
      {"tls-cert-differs-by-sni", kNo, "another key for the same name",
       [](CheckFacts& facts) {
         first_address(facts).no_sni->tls.chain.sent[0].sha256 = std::string(64, 'B');
       }},
      {"mx-addresses-differ", kYes, "one is self-signed",
       [](CheckFacts& facts) { spoil_chain(first_address(facts), ChainStatus::self_signed); },
       "[2a00:1::1] TLSv1.3, shows a self-signed certificate"},
      {"mx-addresses-differ", kYes, "TLS 1.2 and 1.3", tls12},
      {"mx-addresses-differ", kNo, "two good certificates",
       [](CheckFacts& facts) { leaf_of(first_address(facts)).sha256 = std::string(64, 'B'); }},
      {"mx-addresses-differ", kNo, "one does not answer",
       [](CheckFacts& facts) { stop_connect(first_address(facts), ConnectStatus::timeout); }},
  };
}

}  // namespace

std::vector<RuleRow> rows_of_tls() {
  auto rows = rows_of_handshakes();
  for (const auto& more : {rows_of_strength(), rows_of_names()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

TEST_CASE("findings: TLS at the MX hosts") { run_rows(rows_of_tls()); }

}  // namespace strictmx
