// bench/world_authority.h: a certificate authority of the moment: ECDSA P-256 keys, certificates
// for one DNS name each, valid from an hour ago for ten days. Keys never leave the process.
// Failure: ends the program (bench/fail.h).
#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace strictmx::bench {

struct OpensslFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree>;
using CertificatePtr = std::unique_ptr<X509, OpensslFree>;

KeyPtr make_key();

class Authority {
 public:
  explicit Authority(const std::string& common_name);

  CertificatePtr issue(const std::string& dns_name, EVP_PKEY* key) const;

  // The authority's own certificate, PEM.
  void save(const std::string& path) const;

 private:
  KeyPtr key_;
  CertificatePtr certificate_;
};

}  // namespace strictmx::bench
