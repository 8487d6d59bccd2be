// tls/test_certificate.h: authorities and server certificates made on the spot. Used by the tests
// of tls and net; OpenSSL's headers are seen by tests only through this file.
#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace strictmx::test {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

struct Certificate {
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  std::unique_ptr<X509, FreeCertificate> x509;
};

struct CertificateSpec {
  std::string common_name = "test";
  std::string san = {};  // as in openssl.cnf: "DNS:a.test,IP:127.0.0.1"; empty: no extension
  std::string extended_key_usage = "serverAuth";
  std::string basic_constraints = "critical,CA:FALSE";
  std::string name_constraints = {};
  std::string tls_feature = {};  // "status_request": must-staple
  std::string info_access = {};  // "caIssuers;URI:http://ca.test/ca.crt"
  unsigned rsa_bits = 0;         // 0: a P-256 key
  const EVP_MD* digest = EVP_sha256();
  long valid_from = -3600;   // seconds from now
  long valid_until = 86400;  // seconds from now
};

inline void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself when there is none.
inline Certificate make_certificate(const CertificateSpec& spec, const Certificate* issuer) {
  static long serial = 1;
  auto* const key = spec.rsa_bits > 0 ? EVP_RSA_gen(spec.rsa_bits) : EVP_EC_gen("P-256");
  Certificate made{decltype(Certificate::key)(key), decltype(Certificate::x509)(X509_new())};
  auto* const x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x509), spec.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(x509), spec.valid_until);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(spec.common_name.c_str()), -1,
                             -1, 0);
  auto* const signer = issuer != nullptr ? issuer->x509.get() : x509;
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  add_extension(x509, signer, NID_basic_constraints, spec.basic_constraints);
  add_extension(x509, signer, NID_ext_key_usage, spec.extended_key_usage);
  add_extension(x509, signer, NID_subject_alt_name, spec.san);
  add_extension(x509, signer, NID_name_constraints, spec.name_constraints);
  add_extension(x509, signer, NID_tlsfeature, spec.tls_feature);
  add_extension(x509, signer, NID_info_access, spec.info_access);
  X509_sign(x509, issuer != nullptr ? issuer->key.get() : made.key.get(), spec.digest);
  return made;
}

inline Certificate make_authority(CertificateSpec spec = {}) {
  if (spec.common_name == "test") spec.common_name = "Test Root";
  spec.basic_constraints = "critical,CA:TRUE";
  spec.extended_key_usage.clear();
  return make_certificate(spec, nullptr);
}

inline void write_pem(const std::filesystem::path& path, const Certificate& certificate) {
  std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(memory.get(), certificate.x509.get());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  std::ofstream(path, std::ios::app).write(text, size);
}

inline std::string der_of(const Certificate& certificate) {
  unsigned char* octets = nullptr;
  const int size = i2d_X509(certificate.x509.get(), &octets);
  std::string der(reinterpret_cast<char*>(octets), static_cast<std::size_t>(size));
  OPENSSL_free(octets);
  return der;
}

}  // namespace strictmx::test
