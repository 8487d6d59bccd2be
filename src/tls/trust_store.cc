#include "tls/trust_store.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <cstdlib>

namespace strictmx {
namespace {

constexpr const char* kSystemBundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",              // openSUSE
    "/etc/ssl/cert.pem",                   // Alpine, BSD
};

std::filesystem::path system_bundle() {
  if (const char* named = std::getenv("SSL_CERT_FILE"); named != nullptr) return named;
  for (const char* path : kSystemBundles) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return kSystemBundles[0];
}

}  // namespace

void TrustStore::Free::operator()(x509_store_st* store) const { X509_STORE_free(store); }

Result<TrustStore> TrustStore::load(const std::optional<std::filesystem::path>& file) {
  const auto path = file.value_or(system_bundle());
  TrustStore result;
  result.store_.reset(X509_STORE_new());
  const bool loaded = result.store_ && X509_STORE_load_file(result.store_.get(), path.c_str()) == 1;
  ERR_clear_error();
  if (!loaded || result.size() == 0) {
    const auto why = "cannot be read, or holds no PEM certificate";
    return fail(Errc::io, fmt::format("CA file {}: {}", path.string(), why));
  }
  return result;
}

std::size_t TrustStore::size() const {
  return static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store_.get())));
}

}  // namespace strictmx
