#include "bench/world_authority.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdio>

#include "bench/fail.h"

namespace strictmx::bench {
namespace {

void check(bool ok) {
  if (!ok) fail("OpenSSL could not make a certificate");
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Serial number, dates, name and public key; neither issuer nor signature.
CertificatePtr make_unsigned(const std::string& common_name, EVP_PKEY* key) {
  constexpr long kHour = 3600;
  constexpr int kSerialBits = 127;
  CertificatePtr certificate(X509_new());
  check(certificate != nullptr);
  check(X509_set_version(certificate.get(), 2) == 1);
  std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_new(), BN_free);
  check(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
  check(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr);
  check(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kHour) != nullptr);
  check(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 240 * kHour) != nullptr);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
  check(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

}  // namespace

KeyPtr make_key() {
  KeyPtr key(EVP_EC_gen("P-256"));
  check(key != nullptr);
  return key;
}

Authority::Authority(const std::string& common_name)
    : key_(make_key()), certificate_(make_unsigned(common_name, key_.get())) {
  X509* own = certificate_.get();
  check(X509_set_issuer_name(own, X509_get_subject_name(own)) == 1);
  add_extension(own, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(own, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(own, NID_subject_key_identifier, "hash");
  check(X509_sign(own, key_.get(), EVP_sha256()) > 0);
}

CertificatePtr Authority::issue(const std::string& dns_name, EVP_PKEY* key) const {
  CertificatePtr leaf = make_unsigned("bench", key);
  check(X509_set_issuer_name(leaf.get(), X509_get_subject_name(certificate_.get())) == 1);
  add_extension(leaf.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), NID_ext_key_usage, "serverAuth");
  add_extension(leaf.get(), NID_subject_alt_name, "DNS:" + dns_name);
  check(X509_sign(leaf.get(), key_.get(), EVP_sha256()) > 0);
  return leaf;
}

void Authority::save(const std::string& path) const {
  std::unique_ptr<FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "w"), std::fclose);
  if (file == nullptr) fail_errno(path);
  check(PEM_write_X509(file.get(), certificate_.get()) == 1);
}

}  // namespace strictmx::bench
