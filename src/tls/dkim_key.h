// tls/dkim_key.h: private keys that sign mail: rsa-sha256 (RFC 8301 §3) and ed25519-sha256
// (RFC 8463 §3), as PEM files (PKCS #8 or the traditional form), without a passphrase.
// RSA keys have 1024 to 8192 bits; below 2048 is said in weakness().
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;

namespace strictmx {

enum class DkimAlgorithm : std::uint8_t { rsa_sha256, ed25519_sha256 };
std::string_view name_of(DkimAlgorithm algorithm);  // the a= tag

class DkimKey {
 public:
  // The file must belong to root or to this process, and be closed to other users.
  // Errors: Errc::io (cannot be read), Errc::usage (open to others), Errc::unsupported (no RSA or
  // Ed25519 key, or too short), Errc::syntax.
  static Result<DkimKey> load(const std::filesystem::path& file);
  // Errors: Errc::io (no randomness). RSA: 2048 bits.
  static Result<DkimKey> generate(DkimAlgorithm algorithm);

  DkimAlgorithm algorithm() const { return algorithm_; }
  // What is wrong with the key although it is used; empty: nothing.
  std::string weakness() const;

  // The private key as PKCS #8 PEM.
  std::string pem() const;
  // The TXT record of its public half (RFC 6376 §3.6.1, RFC 8463 §4). RFC 8460 §3,
  // deviates: no s=tlsrpt. Alone it makes ordinary verifiers ignore the key, and in a list
  // ("email:tlsrpt") dkimpy 1.1.4 does. Without s= a key is good for every service.
  std::string dns_record() const;

  // Base64. Errors: Errc::io (OpenSSL refused).
  Result<std::string> sign(std::string_view text) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;
  DkimKey(Handle key, DkimAlgorithm algorithm) : key_(std::move(key)), algorithm_(algorithm) {}
  static Result<DkimKey> wrap(Handle key, const std::string& where);

  Handle key_;
  DkimAlgorithm algorithm_;
};

// SHA-256 in base64, as in the bh= tag.
std::string sha256_base64(std::string_view text);

}  // namespace strictmx
