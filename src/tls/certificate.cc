#include "tls/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text.h"
#include "core/ip_address.h"
#include "tls/openssl_ptr.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxText = 512;
constexpr std::size_t kMaxDnsName = 253;

using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpensslFree<GENERAL_NAMES_free>>;
using AccessPtr = std::unique_ptr<AUTHORITY_INFO_ACCESS, OpensslFree<AUTHORITY_INFO_ACCESS_free>>;
using BnPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;

std::string hex(std::string_view octets) {
  std::string out;
  for (const char octet : octets) out += fmt::format("{:02X}", static_cast<unsigned char>(octet));
  return out;
}

std::string octets_of(const ASN1_STRING* string, std::size_t limit) {
  const auto size = static_cast<std::size_t>(std::max(0, ASN1_STRING_length(string)));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)), std::min(size, limit)};
}

std::string print_name(X509_NAME* name) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, std::min(static_cast<std::size_t>(size), kMaxText)};
}

std::string common_name(X509_NAME* name) {
  int last = -1;
  for (int i = -1; (i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) >= 0;) last = i;
  if (last < 0) return {};
  return octets_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)), kMaxText);
}

std::string serial(const X509* certificate) {
  const BnPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) return {};
  std::string octets(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(octets.data()));
  return hex(std::string_view(octets).substr(0, 32));
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(time, &broken_down) != 1) return {};
  return WallTime(Seconds(::timegm(&broken_down)));
}

KeyType key_type(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      return KeyType::rsa;
    case EVP_PKEY_EC:
      return KeyType::ec;
    case EVP_PKEY_ED25519:
      return KeyType::ed25519;
    case EVP_PKEY_ED448:
      return KeyType::ed448;
    case EVP_PKEY_DSA:
      return KeyType::dsa;
    default:
      return KeyType::other;
  }
}

SignatureDigest digest_of(int nid) {
  switch (nid) {
    case NID_undef:
      return SignatureDigest::none;
    case NID_md5:
      return SignatureDigest::md5;
    case NID_sha1:
      return SignatureDigest::sha1;
    case NID_sha224:
    case NID_sha256:
    case NID_sha384:
    case NID_sha512:
    case NID_sha512_224:
    case NID_sha512_256:
      return SignatureDigest::sha2;
    case NID_sha3_224:
    case NID_sha3_256:
    case NID_sha3_384:
    case NID_sha3_512:
      return SignatureDigest::sha3;
    default:
      return SignatureDigest::other;
  }
}

void read_names(X509* certificate, CertificateFacts& facts) {
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      ++facts.dns_name_count;
      if (facts.dns_names.size() < kMaxNameFacts)
        facts.dns_names.push_back(ascii_lower(octets_of(name->d.dNSName, kMaxDnsName + 1)));
    }
    if (name->type != GEN_IPADD || facts.ip_names.size() >= kMaxNameFacts) continue;
    const auto octets = octets_of(name->d.iPAddress, 16);
    std::array<std::uint8_t, 16> v6{};
    std::ranges::transform(octets, v6.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    if (octets.size() == 16) facts.ip_names.push_back(IpAddress::v6(v6).text());
    if (octets.size() == 4)
      facts.ip_names.push_back(IpAddress::v4({v6[0], v6[1], v6[2], v6[3]}).text());
  }
}

std::string ca_issuers(X509* certificate) {
  const AccessPtr access(static_cast<AUTHORITY_INFO_ACCESS*>(
      X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i) {
    const auto* const entry = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    const bool issuers = OBJ_obj2nid(entry->method) == NID_ad_ca_issuers;
    if (issuers && entry->location->type == GEN_URI)
      return octets_of(entry->location->d.uniformResourceIdentifier, kMaxText);
  }
  return {};
}

void read_key(X509* certificate, CertificateFacts& facts) {
  const auto* const key = X509_get0_pubkey(certificate);
  if (key != nullptr) {
    facts.key = key_type(key);
    facts.key_bits = static_cast<unsigned>(std::max(0, EVP_PKEY_get_bits(key)));
  }
  const int signature = X509_get_signature_nid(certificate);
  if (const char* name = OBJ_nid2ln(signature); name != nullptr) facts.signature_algorithm = name;
  int digest = NID_undef;
  if (X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr) == 1)
    facts.digest = digest_of(digest);
}

void read_digests(X509* certificate, CertificateFacts& facts) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size > 0) facts.der.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) == 1)
    facts.sha256 = hex({reinterpret_cast<char*>(digest.data()), length});
  unsigned char* key = nullptr;
  const int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
  const auto octets = static_cast<std::size_t>(std::max(0, key_size));
  if (EVP_Digest(key, octets, digest.data(), &length, EVP_sha256(), nullptr) == 1)
    facts.spki_sha256 = hex({reinterpret_cast<char*>(digest.data()), length});
  OPENSSL_free(key);
}

void read_extensions(X509* certificate, CertificateFacts& facts) {
  const auto flags = X509_get_extension_flags(certificate);
  facts.self_issued = (flags & EXFLAG_SI) != 0;
  facts.self_signed = facts.self_issued && X509_self_signed(certificate, 1) == 1;
  facts.is_ca = X509_check_ca(certificate) > 0;
  facts.must_staple = X509_get_ext_by_NID(certificate, NID_tlsfeature, -1) >= 0;
  if ((flags & EXFLAG_XKUSAGE) != 0) {
    const auto uses = X509_get_extended_key_usage(certificate);
    const bool server = (uses & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
    facts.server_auth = server ? ServerAuth::allowed : ServerAuth::missing;
  }
  facts.ca_issuers = ca_issuers(certificate);
}

}  // namespace

CertificateFacts read_certificate(X509* certificate) {
  CertificateFacts facts;
  facts.subject = print_name(X509_get_subject_name(certificate));
  facts.issuer = print_name(X509_get_issuer_name(certificate));
  facts.common_name = common_name(X509_get_subject_name(certificate));
  facts.serial = serial(certificate);
  facts.not_before = time_of(X509_get0_notBefore(certificate));
  facts.not_after = time_of(X509_get0_notAfter(certificate));
  read_digests(certificate, facts);
  read_names(certificate, facts);
  read_key(certificate, facts);
  read_extensions(certificate, facts);
  ERR_clear_error();
  return facts;
}

Result<CertificateFacts> read_certificate(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!certificate) return fail(Errc::syntax, "no X.509 certificate in DER");
  return read_certificate(certificate.get());
}

}  // namespace strictmx
