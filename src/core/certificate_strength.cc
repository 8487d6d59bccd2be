#include "core/certificate_strength.h"

#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

namespace {

constexpr unsigned kSmallestRsa = 2048;  // RFC 9325 §4.5
constexpr unsigned kSmallestEc = 224;    // RFC 9325 §4.5
constexpr Seconds kDay{86400};

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

std::optional<Severity> expiry_of(const CertificateFacts& certificate, WallTime now) {
  const Seconds left = certificate.not_after - now;
  const Seconds life = certificate.not_after - certificate.not_before;
  if (left < Seconds{0}) return std::nullopt;
  if (left < std::min(life / 10, 10 * kDay)) return Severity::error;
  if (left < std::min(life / 3, 30 * kDay)) return Severity::warning;
  return std::nullopt;
}

}  // namespace strictmx
