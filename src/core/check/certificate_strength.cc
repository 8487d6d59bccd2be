#include "core/check/certificate_strength.h"

#include <fmt/format.h>

namespace strictmx {

namespace {

constexpr unsigned kSmallestRsa = 2048;  // RFC 9325 §4.5
constexpr unsigned kSmallestEc = 224;    // RFC 9325 §4.5

std::string weak_key(const CertificateFacts& certificate) {
  switch (certificate.key) {
    case KeyType::rsa:
    case KeyType::dsa:
      if (certificate.key_bits >= kSmallestRsa) return {};
      return fmt::format("{} key of {} bits", certificate.key == KeyType::rsa ? "RSA" : "DSA",
                         certificate.key_bits);
    case KeyType::ec:
      if (certificate.key_bits >= kSmallestEc) return {};
      return fmt::format("elliptic curve key of {} bits", certificate.key_bits);
    case KeyType::ed25519:
    case KeyType::ed448:
    case KeyType::other:
      break;
  }
  return {};
}

}  // namespace

std::string weakness_of(const CertificateFacts& certificate) {
  auto key = weak_key(certificate);
  if (!key.empty() || certificate.self_signed) return key;
  if (certificate.digest == SignatureDigest::md5) return "signed with MD5";
  if (certificate.digest == SignatureDigest::sha1) return "signed with SHA-1";
  return {};
}

}  // namespace strictmx
