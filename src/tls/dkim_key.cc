#include "tls/dkim_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "base/base64.h"
#include "tls/no_passphrase.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxFile = 65536;
constexpr int kLeastBits = 1024;  // RFC 8301 §3.2
constexpr int kGoodBits = 2048;   // RFC 8301 §3.2
constexpr int kMostBits = 8192;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string contents(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

struct File {
  explicit File(const std::filesystem::path& path) : fd(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) close(fd);
  }
  int fd;
};

// Judged by the open file, so that nothing can be exchanged between.
Result<std::string> read_private(const std::filesystem::path& path) {
  const auto where = "DKIM key " + path.string();
  const File file(path);
  struct stat status{};
  if (file.fd < 0 || fstat(file.fd, &status) != 0) {
    return fail(Errc::io, fmt::format("{}: {}", where, std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) return fail(Errc::usage, where + ": is no file");
  if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return fail(Errc::usage, where + ": is open to other users, chmod 0600 it");
  }
  if (status.st_uid != 0 && status.st_uid != geteuid()) {
    return fail(Errc::usage, where + ": belongs to another user");
  }
  std::string text(kMaxFile + 1, '\0');
  const auto size = read(file.fd, text.data(), text.size());
  if (size < 0) return fail(Errc::io, fmt::format("{}: {}", where, std::strerror(errno)));
  if (static_cast<std::size_t>(size) > kMaxFile) return fail(Errc::syntax, where + ": is no key");
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// RFC 8463 §4: the 32 octets themselves. RFC 6376 §3.6.1: SubjectPublicKeyInfo for RSA.
std::string public_octets(evp_pkey_st* key, DkimAlgorithm algorithm) {
  if (algorithm == DkimAlgorithm::ed25519_sha256) {
    std::array<unsigned char, 32> raw{};
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key, raw.data(), &size);
    return {reinterpret_cast<const char*>(raw.data()), size};
  }
  const Bio bio(BIO_new(BIO_s_mem()));
  i2d_PUBKEY_bio(bio.get(), key);
  return contents(bio.get());
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

std::string_view name_of(DkimAlgorithm algorithm) {
  switch (algorithm) {
    case DkimAlgorithm::rsa_sha256:
      return "rsa-sha256";
    case DkimAlgorithm::ed25519_sha256:
      return "ed25519-sha256";
  }
  return "rsa-sha256";
}

std::string sha256_base64(std::string_view text) { return base64(sha256(text)); }

void DkimKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<DkimKey> DkimKey::wrap(Handle key, const std::string& where) {
  const int kind = EVP_PKEY_get_base_id(key.get());
  if (kind == EVP_PKEY_ED25519) return DkimKey(std::move(key), DkimAlgorithm::ed25519_sha256);
  if (kind != EVP_PKEY_RSA) return fail(Errc::unsupported, where + ": is neither RSA nor Ed25519");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kLeastBits || bits > kMostBits) {
    return fail(Errc::unsupported, fmt::format("{}: RSA key of {} bits", where, bits));
  }
  return DkimKey(std::move(key), DkimAlgorithm::rsa_sha256);
}

Result<DkimKey> DkimKey::load(const std::filesystem::path& file) {
  const auto text = read_private(file);
  if (!text) return std::unexpected(text.error());
  const Bio bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  Handle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  const auto where = "DKIM key " + file.string();
  if (!key) return fail(Errc::syntax, where + ": holds no PEM private key without passphrase");
  return wrap(std::move(key), where);
}

Result<DkimKey> DkimKey::generate(DkimAlgorithm algorithm) {
  Handle key(algorithm == DkimAlgorithm::rsa_sha256
                 ? EVP_RSA_gen(static_cast<unsigned>(kGoodBits))
                 : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return fail(Errc::io, "OpenSSL cannot make a key");
  return DkimKey(std::move(key), algorithm);
}

std::string DkimKey::weakness() const {
  const int bits = EVP_PKEY_get_bits(key_.get());
  if (algorithm_ != DkimAlgorithm::rsa_sha256 || bits >= kGoodBits) return {};
  return fmt::format("RSA key of {} bits, 2048 are recommended (RFC 8301 §3.2)", bits);
}

std::string DkimKey::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return contents(bio.get());
}

std::string DkimKey::dns_record() const {
  const auto kind = algorithm_ == DkimAlgorithm::rsa_sha256 ? "rsa" : "ed25519";
  return fmt::format("v=DKIM1; k={}; p={}", kind, base64(public_octets(key_.get(), algorithm_)));
}

Result<std::string> DkimKey::sign(std::string_view text) const {
  // RFC 8463 §3: PureEdDSA over the SHA-256 hash.
  const bool edwards = algorithm_ == DkimAlgorithm::ed25519_sha256;
  const std::string input = edwards ? sha256(text) : std::string(text);
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  const auto* data = reinterpret_cast<const unsigned char*>(input.data());
  std::size_t size = 0;
  std::string signature;
  bool good = EVP_DigestSignInit(context.get(), nullptr, edwards ? nullptr : EVP_sha256(), nullptr,
                                 key_.get()) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, data, input.size()) == 1;
  if (good) {
    signature.resize(size);
    good = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                          data, input.size()) == 1;
  }
  ERR_clear_error();
  if (!good) return fail(Errc::io, "OpenSSL cannot sign");
  signature.resize(size);
  return base64(signature);
}

}  // namespace strictmx
