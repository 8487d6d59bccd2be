// tls/signature.h: Ed25519 signatures (RFC 8032 §5.1) of whole files, beside them as FILE.sig.
// Keys are PEM files as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` make them,
// signatures what `openssl pkeyutl -sign -rawin` writes, or that in base64.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

constexpr std::size_t kSignatureBytes = 64;

// The signature, raw. Errors: Errc::io (no such file), Errc::unsupported (no private Ed25519 key
// without a passphrase).
Result<std::string> sign_ed25519(const std::filesystem::path& private_key, std::string_view text);

// `signature`: raw, or in base64 with blanks and ends of lines anywhere.
// Errors: as above for the public key; Errc::syntax (no signature), Errc::corrupt (a wrong one).
Result<void> verify_ed25519(const std::filesystem::path& public_key, std::string_view text,
                            std::string_view signature);

}  // namespace strictmx
