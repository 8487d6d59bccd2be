#include "tls/signature.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "tls/no_passphrase.h"

namespace strictmx {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

enum class Half : std::uint8_t { private_key, public_key };

Result<Key> load(const std::filesystem::path& path, Half half) {
  const std::unique_ptr<std::FILE, Free> file(std::fopen(path.c_str(), "re"));
  if (!file) return fail(Errc::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  auto* const read = half == Half::private_key ? PEM_read_PrivateKey : PEM_read_PUBKEY;
  Key key(read(file.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (key && EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519) return key;
  return fail(Errc::unsupported, fmt::format("{}: is no {} Ed25519 key in PEM", path.string(),
                                             half == Half::private_key ? "private" : "public"));
}

std::optional<std::string> decode(std::string_view signature) {
  if (signature.size() == kSignatureBytes) return std::string(signature);
  std::string base64;
  for (const char c : signature) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') base64 += c;
  }
  constexpr std::size_t kBase64Size = 88;  // of 64 octets, two of them padding
  if (base64.size() != kBase64Size || !base64.ends_with("==")) return std::nullopt;
  std::string raw(kBase64Size / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(raw.data()), octets(base64),
                                   static_cast<int>(base64.size()));
  if (size < 0) return std::nullopt;
  raw.resize(kSignatureBytes);
  return raw;
}

}  // namespace

Result<std::string> sign_ed25519(const std::filesystem::path& private_key, std::string_view text) {
  const auto key = load(private_key, Half::private_key);
  if (!key) return std::unexpected(key.error());
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key->get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     octets(text), text.size()) == 1;
  ERR_clear_error();
  if (done && size == kSignatureBytes) return signature;
  return fail(Errc::io, fmt::format("{}: OpenSSL cannot sign with it", private_key.string()));
}

Result<void> verify_ed25519(const std::filesystem::path& public_key, std::string_view text,
                            std::string_view signature) {
  const auto key = load(public_key, Half::public_key);
  if (!key) return std::unexpected(key.error());
  const auto raw = decode(signature);
  if (!raw) return fail(Errc::syntax, "is no Ed25519 signature: 64 octets, or those in base64");
  const Context context(EVP_MD_CTX_new());
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key->get()) == 1 &&
      EVP_DigestVerify(context.get(), octets(*raw), raw->size(), octets(text), text.size()) == 1;
  ERR_clear_error();
  if (good) return {};
  return fail(Errc::corrupt,
              fmt::format("is not the signature of the holder of {}", public_key.string()));
}

}  // namespace strictmx
