#include "tls/chain_facts.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "tls/certificate.h"
#include "tls/test_certificate.h"

namespace strictmx {
namespace {

using test::Certificate;
using test::CertificateSpec;
using test::der_of;
using test::make_authority;
using test::make_certificate;

WallTime now() { return std::chrono::time_point_cast<Seconds>(std::chrono::system_clock::now()); }

// A public root and an intermediate below it.
struct Authorities {
  Certificate root = make_authority({.common_name = "Root", .valid_until = 900000});
  Certificate middle = make_certificate({.common_name = "Middle",
                                         .extended_key_usage = "",
                                         .basic_constraints = "critical,CA:TRUE",
                                         .valid_until = 800000},
                                        &root);
  TrustStore roots = load();

  Certificate leaf(const CertificateSpec& spec) const { return make_certificate(spec, &middle); }

 private:
  TrustStore load() const {
    std::string path = (std::filesystem::temp_directory_path() / "strictmx-XXXXXX").string();
    ::close(::mkstemp(path.data()));
    test::write_pem(path, root);
    auto loaded = TrustStore::load(path);
    std::filesystem::remove(path);
    return *std::move(loaded);
  }
};

const Authorities& authorities() {
  static const Authorities made;
  return made;
}

ChainFacts chain_of(const std::vector<std::string>& sent) {
  return read_chain(sent, authorities().roots, now());
}

CertificateSpec named(const char* name) { return {.san = std::string("DNS:") + name}; }

}  // namespace

TEST_CASE("certificate: every field that is kept") {
  const auto& ca = authorities();
  const auto leaf = ca.leaf({.common_name = "MX One",
                             .san = "DNS:MX.Example.com,IP:192.0.2.1,IP:2001:db8::1,DNS:*.a.test",
                             .tls_feature = "status_request",
                             .info_access = "caIssuers;URI:http://ca.test/ca.crt"});
  const auto facts = read_certificate(leaf.x509.get());
  CHECK(facts.subject == "CN=MX One");
  CHECK(facts.issuer == "CN=Middle");
  CHECK(facts.common_name == "MX One");
  CHECK(facts.dns_names == std::vector<std::string>{"mx.example.com", "*.a.test"});
  CHECK(facts.dns_name_count == 2);
  CHECK(facts.ip_names == std::vector<std::string>{"192.0.2.1", "2001:db8::1"});
  CHECK(facts.key == KeyType::ec);
  CHECK(facts.key_bits == 256);
  CHECK(facts.signature_algorithm == "ecdsa-with-SHA256");
  CHECK(facts.digest == SignatureDigest::sha2);
  CHECK(facts.must_staple);
  CHECK(facts.ca_issuers == "http://ca.test/ca.crt");
  CHECK_FALSE(facts.self_signed);
  CHECK_FALSE(facts.is_ca);
  CHECK(facts.server_auth == ServerAuth::allowed);
  CHECK(facts.sha256.size() == 64);
  CHECK(facts.spki_sha256.size() == 64);
  CHECK(facts.der == der_of(leaf));
  CHECK(std::chrono::abs(facts.not_after - now() - Seconds(86400)) < Seconds(60));
  CHECK(std::chrono::abs(now() - facts.not_before - Seconds(3600)) < Seconds(60));

  const auto root = read_certificate(ca.root.x509.get());
  CHECK(root.self_signed);
  CHECK(root.is_ca);
  CHECK(root.server_auth == ServerAuth::unrestricted);
  CHECK_FALSE(root.must_staple);

  const auto rsa =
      ca.leaf({.extended_key_usage = "clientAuth", .rsa_bits = 1024, .digest = EVP_sha1()});
  const auto weak = read_certificate(rsa.x509.get());
  CHECK(weak.key == KeyType::rsa);
  CHECK(weak.key_bits == 1024);
  CHECK(weak.digest == SignatureDigest::sha1);
  CHECK(weak.server_auth == ServerAuth::missing);
}

TEST_CASE("certificate: octets that are none") {
  CHECK_FALSE(read_certificate(""));
  CHECK_FALSE(read_certificate("no certificate"));
  CHECK(read_certificate(der_of(authorities().root)));
}

TEST_CASE("chain: one row per way it can be good or bad") {
  const auto& ca = authorities();
  const auto middle = der_of(ca.middle);
  const auto root = der_of(ca.root);
  const auto good = der_of(ca.leaf(named("mx.test")));
  const auto expired = der_of(ca.leaf({.valid_from = -7200, .valid_until = -3600}));
  const auto future = der_of(ca.leaf({.valid_from = 3600}));
  const auto client = der_of(ca.leaf({.extended_key_usage = "clientAuth"}));
  const auto small = der_of(ca.leaf({.rsa_bits = 512}));
  const auto sha1 = der_of(ca.leaf({.digest = EVP_sha1()}));
  const auto other_root = make_authority({.common_name = "Other"});
  const auto other = der_of(make_certificate({}, &other_root));
  const auto alone = der_of(make_certificate({.common_name = "self"}, nullptr));
  const auto old_alone = der_of(make_certificate({.valid_until = -60}, nullptr));
  const auto from_leaf = ca.leaf({.common_name = "no authority"});
  const auto below_leaf = der_of(make_certificate({}, &from_leaf));
  struct Row {
    const char* name;
    std::vector<std::string> sent;
    ChainStatus status;
    int depth = 0;
  };
  const Row rows[] = {
      {"good", {good, middle}, ChainStatus::ok},
      {"with its root", {good, middle, root}, ChainStatus::ok},
      {"in disorder", {good, root, middle}, ChainStatus::ok},
      {"without the intermediate", {good}, ChainStatus::incomplete},
      {"the wrong intermediate", {good, der_of(other_root)}, ChainStatus::incomplete},
      {"expired", {expired, middle}, ChainStatus::expired},
      {"not yet valid", {future, middle}, ChainStatus::not_yet_valid},
      {"self-signed", {alone}, ChainStatus::self_signed},
      {"expired and self-signed", {old_alone}, ChainStatus::self_signed},
      {"a root that nobody knows", {other, der_of(other_root)}, ChainStatus::unknown_root, 1},
      {"that root left out", {other}, ChainStatus::incomplete},
      {"not for servers", {client, middle}, ChainStatus::purpose},
      {"a leaf as authority", {below_leaf, der_of(from_leaf), middle}, ChainStatus::purpose, 1},
      {"a key of 512 bits", {small, middle}, ChainStatus::weak},
      {"SHA-1", {sha1, middle}, ChainStatus::weak},
      {"nothing", {}, ChainStatus::not_checked},
      {"nothing that parses", {"x"}, ChainStatus::not_checked},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto facts = chain_of(row.sent);
    CHECK(name_of(facts.status) == name_of(row.status));
    CHECK(facts.depth == row.depth);
    CHECK(facts.sent_count == row.sent.size());
    const bool told = row.status != ChainStatus::ok && row.status != ChainStatus::not_checked;
    CHECK(facts.detail.empty() != told);
  }
  CHECK(chain_of({good, middle}).trust_anchor == "CN=Root");
  CHECK(chain_of({expired, middle}).trust_anchor == "CN=Root");
  CHECK(chain_of({expired, middle}).status_at_any_time == ChainStatus::ok);
  CHECK(chain_of({expired}).status == ChainStatus::incomplete);
}

TEST_CASE("chain: its order and what is too much") {
  const auto& ca = authorities();
  const auto leaf = der_of(ca.leaf({}));
  const auto middle = der_of(ca.middle);
  const auto root = der_of(ca.root);
  const auto good = chain_of({leaf, middle});
  CHECK(good.ordered);
  CHECK_FALSE(good.duplicates);
  CHECK_FALSE(good.root_included);
  CHECK(chain_of({leaf, middle, root}).root_included);
  CHECK(chain_of({leaf, middle, root}).ordered);
  CHECK_FALSE(chain_of({leaf, root, middle}).ordered);
  CHECK(chain_of({leaf, middle, middle}).duplicates);
  CHECK(chain_of({leaf, leaf, middle}).duplicates);
  const auto many = chain_of(std::vector<std::string>(12, leaf));
  CHECK(many.sent_count == 12);
  CHECK(many.sent.size() == kMaxChainFacts);
}

namespace {

TlsaRecord record_of(unsigned usage, unsigned selector, unsigned type, const Certificate& of) {
  const auto facts = read_certificate(of.x509.get());
  TlsaRecord record{static_cast<std::uint8_t>(usage),
                    static_cast<std::uint8_t>(selector),
                    static_cast<std::uint8_t>(type),
                    {}};
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(of.x509.get()), &key);
  const std::string spki(reinterpret_cast<char*>(key), static_cast<std::size_t>(size));
  OPENSSL_free(key);
  const auto& octets = selector == 0 ? facts.der : spki;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(octets.data(), octets.size(), digest, &length, type == 1 ? EVP_sha256() : EVP_sha512(),
             nullptr);
  record.data = type == 0 ? octets : std::string(reinterpret_cast<char*>(digest), length);
  return record;
}

TlsaMatchFacts match(const TlsaRecord& record, const std::vector<std::string>& sent) {
  const TlsaReference reference{{"mx.test", "domain.test"}, now()};
  return match_tlsa(chain_of(sent), std::span(&record, 1), reference, authorities().roots).at(0);
}

}  // namespace

TEST_CASE("TLSA: one record against one chain") {
  const auto& ca = authorities();
  const auto leaf = ca.leaf(named("mx.test"));
  const auto expired = ca.leaf({.san = "DNS:mx.test", .valid_from = -7200, .valid_until = -3600});
  const auto nameless = ca.leaf(named("www.test"));
  const auto domain = ca.leaf(named("domain.test"));
  const auto alone = make_certificate(named("mx.test"), nullptr);
  const auto other = make_authority({.common_name = "Middle"});
  const auto forged = make_certificate(named("mx.test"), &other);
  const auto m = der_of(ca.middle);
  auto short_digest = record_of(3, 1, 1, leaf);
  short_digest.data.pop_back();
  struct Row {
    const char* name;
    TlsaRecord record;
    std::vector<std::string> sent;
    TlsaMatch match;
    int depth;
  };
  const Row rows[] = {
      {"3 1 1", record_of(3, 1, 1, leaf), {der_of(leaf), m}, TlsaMatch::match, 0},
      {"3 0 1", record_of(3, 0, 1, leaf), {der_of(leaf), m}, TlsaMatch::match, 0},
      {"3 1 2", record_of(3, 1, 2, leaf), {der_of(leaf), m}, TlsaMatch::match, 0},
      {"3 0 0", record_of(3, 0, 0, leaf), {der_of(leaf), m}, TlsaMatch::match, 0},
      {"3 1 0", record_of(3, 1, 0, leaf), {der_of(leaf), m}, TlsaMatch::match, 0},
      {"3 1 1, expired", record_of(3, 1, 1, expired), {der_of(expired)}, TlsaMatch::match, 0},
      {"3 1 1, self-signed", record_of(3, 1, 1, alone), {der_of(alone)}, TlsaMatch::match, 0},
      {"3 1 1, other key", record_of(3, 1, 1, alone), {der_of(leaf), m}, TlsaMatch::no_match, -1},
      {"3 1 1 of the issuer",
       record_of(3, 1, 1, ca.middle),
       {der_of(leaf), m},
       TlsaMatch::no_match,
       1},
      {"2 1 1", record_of(2, 1, 1, ca.middle), {der_of(leaf), m}, TlsaMatch::match, 1},
      {"2 0 1", record_of(2, 0, 1, ca.middle), {der_of(leaf), m}, TlsaMatch::match, 1},
      {"2 1 1 of the root",
       record_of(2, 1, 1, ca.root),
       {der_of(leaf), m, der_of(ca.root)},
       TlsaMatch::match,
       2},
      {"2 1 1 of a root that is not sent",
       record_of(2, 1, 1, ca.root),
       {der_of(leaf), m},
       TlsaMatch::ta_not_sent,
       -1},
      {"2 1 1 of nobody", record_of(2, 1, 1, other), {der_of(leaf), m}, TlsaMatch::no_match, -1},
      {"2 1 1 of the leaf", record_of(2, 1, 1, leaf), {der_of(leaf), m}, TlsaMatch::no_match, -1},
      {"2 1 1, expired",
       record_of(2, 1, 1, ca.middle),
       {der_of(expired), m},
       TlsaMatch::ta_expired,
       1},
      {"2 1 1, other name",
       record_of(2, 1, 1, ca.middle),
       {der_of(nameless), m},
       TlsaMatch::ta_wrong_name,
       1},
      {"2 1 1, the next-hop domain's name",
       record_of(2, 1, 1, ca.middle),
       {der_of(domain), m},
       TlsaMatch::match,
       1},
      {"2 1 1, sent but not the issuer",
       record_of(2, 1, 1, ca.middle),
       {der_of(forged), m},
       TlsaMatch::ta_chain,
       1},
      {"1 1 1", record_of(1, 1, 1, leaf), {der_of(leaf), m}, TlsaMatch::unusable, -1},
      {"0 1 1", record_of(0, 1, 1, ca.middle), {der_of(leaf), m}, TlsaMatch::unusable, -1},
      {"3 1 1, a short digest", short_digest, {der_of(leaf), m}, TlsaMatch::unusable, -1},
      {"no chain", record_of(3, 1, 1, leaf), {}, TlsaMatch::not_checked, -1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto facts = match(row.record, row.sent);
    CHECK(name_of(facts.match) == name_of(row.match));
    CHECK(facts.depth == row.depth);
    CHECK(facts.record == row.record);
  }
}

}  // namespace strictmx
