// tls/trust_store.h: the certificate authorities we trust, parsed once and shared by all
// connections (parsing the system's takes about 18 ms, a connection 1 ms).
// Thread-safe once loaded: OpenSSL counts references and locks inside.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace strictmx {

class TrustStore {
 public:
  // The PEM certificates of `file`; absent: the system's roots, from $SSL_CERT_FILE or else the
  // first bundle found at the places distributions use.
  // Errors: Errc::io (no such file, or no certificate in it).
  static Result<TrustStore> load(const std::optional<std::filesystem::path>& file);

  std::size_t size() const;  // certificates

  // Valid as long as this object; OpenSSL takes a reference of its own where it keeps it.
  x509_store_st* native() const { return store_.get(); }

 private:
  struct Free {
    void operator()(x509_store_st* store) const;
  };
  TrustStore() = default;
  std::unique_ptr<x509_store_st, Free> store_;
};

}  // namespace strictmx
