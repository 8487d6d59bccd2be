// tls/verify.h: is a server's certificate good for a host, and if not, in which of the ways that
// RFC 8461 §3.3 and RFC 8460 §4.3.2.2 tell apart. Source of the name rules: RFC 9525 §6.
// Only DNS-IDs count, never the common name, never an IP address; "*" only as the whole left-most
// label. Revocation is not checked (RFC 8461 §10.5 leaves it open).
// OpenSSL's types are named here but their headers are included by the .cc only.
#pragma once
#include <optional>
#include <string>

#include "core/domain.h"
#include "core/fetch_outcome.h"
#include "tls/trust_store.h"

struct ssl_st;             // OpenSSL's SSL
struct ssl_ctx_st;         // OpenSSL's SSL_CTX
struct x509_store_ctx_st;  // OpenSSL's X509_STORE_CTX

namespace strictmx {

struct CertificateVerdict {
  // ok, certificate_expired (also: not valid yet), certificate_name, certificate_untrusted
  FetchStatus status = FetchStatus::certificate_untrusted;
  std::string detail;  // "X509: certificate has expired (depth 1)"; empty for ok
};

// Builds and checks the chain that `context` holds, then the name. A fault of the chain counts
// before a wrong name.
CertificateVerdict verify_certificate(x509_store_ctx_st* context, const Domain& host);

// What one connection showed. `verdict` stays empty if the handshake never came to the
// certificate. Must outlive the connection it was given to.
struct PeerCheck {
  Domain host;
  std::optional<CertificateVerdict> verdict = {};
  // The peer ended its data on purpose (RFC 8446 §6.1); without it somebody may have cut them.
  bool close_notified = false;
};

// Makes a client context use `roots`, at least TLS 1.2 (RFC 8461 §7.2), no session reuse, no
// end of data without close_notify, and a PeerCheck in place of OpenSSL's own verification: the
// handshake fails unless its verdict is ok. Connections of the context without a PeerCheck fail.
// False: OpenSSL refused a setting; the context must not be used.
bool require_verified_peers(ssl_ctx_st* context, const TrustStore& roots);

// Gives a connection of such a context its check, before the handshake.
bool set_peer_check(ssl_st* connection, PeerCheck& check);

// The same for a context that somebody else makes for one connection alone (libcurl): `check` is
// that of the connection, and must outlive the context.
bool require_verified_peer(ssl_ctx_st* context, const TrustStore& roots, PeerCheck& check);

}  // namespace strictmx
