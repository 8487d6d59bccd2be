#include "tls/verify.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace strictmx {
namespace {

FetchStatus classify(int error) {
  switch (error) {
    case X509_V_OK:
      return FetchStatus::ok;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
    case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
      return FetchStatus::certificate_expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return FetchStatus::certificate_name;
    default:
      return FetchStatus::certificate_untrusted;
  }
}

bool has_dns_id(X509* certificate, const Domain& host) {
  constexpr unsigned kRules = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |  // RFC 9525 §6.1: no CN
                              X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;  // RFC 9525 §6.3
  const auto& name = host.text();
  return X509_check_host(certificate, name.data(), name.size(), kRules, nullptr) == 1;
}

// The place of our pointer among what others hang on an SSL, and on an SSL_CTX.
int check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}
int context_check_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

PeerCheck* check_of(const SSL* connection) {
  void* check = SSL_get_ex_data(connection, check_index());
  if (check == nullptr) {
    check = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), context_check_index());
  }
  return static_cast<PeerCheck*>(check);
}

// noexcept: nothing may be thrown through OpenSSL.
int verify_peer(X509_STORE_CTX* context, void*) noexcept {
  const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
  PeerCheck* const check = check_of(static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, index)));
  if (check == nullptr) return 0;
  check->verdict = verify_certificate(context, check->host);
  return check->verdict->status == FetchStatus::ok ? 1 : 0;
}

void note_alert(const SSL* connection, int where, int alert) {
  if (where != SSL_CB_READ_ALERT || (alert & 0xff) != SSL_AD_CLOSE_NOTIFY) return;
  if (PeerCheck* const check = check_of(connection)) check->close_notified = true;
}

}  // namespace

CertificateVerdict verify_certificate(X509_STORE_CTX* context, const Domain& host) {
  const bool chain_good = X509_verify_cert(context) == 1;
  const int error = X509_STORE_CTX_get_error(context);
  if (!chain_good || error != X509_V_OK) {
    // A failure without a code is a fault inside of OpenSSL.
    const int code = error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
    X509_STORE_CTX_set_error(context, code);
    return {classify(code), fmt::format("X509: {} (depth {})", X509_verify_cert_error_string(code),
                                        X509_STORE_CTX_get_error_depth(context))};
  }
  if (has_dns_id(X509_STORE_CTX_get0_cert(context), host)) return {FetchStatus::ok, {}};
  X509_STORE_CTX_set_error(context, X509_V_ERR_HOSTNAME_MISMATCH);
  return {FetchStatus::certificate_name, "X509: no DNS-ID for " + host.text()};
}

bool require_verified_peers(SSL_CTX* context, const TrustStore& roots) {
  SSL_CTX_set1_cert_store(context, roots.native());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_peer, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_info_callback(context, note_alert);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

bool set_peer_check(SSL* connection, PeerCheck& check) {
  return SSL_set_ex_data(connection, check_index(), &check) == 1;
}

bool require_verified_peer(SSL_CTX* context, const TrustStore& roots, PeerCheck& check) {
  return require_verified_peers(context, roots) &&
         SSL_CTX_set_ex_data(context, context_check_index(), &check) == 1;
}

}  // namespace strictmx
