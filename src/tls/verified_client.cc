#include "tls/verified_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace strictmx {

namespace {

constexpr unsigned char kAlpn[] = "\x08http/1.1";

// OpenSSL's words for the first error of the queue, which is emptied.
std::string take_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "connection closed in the handshake" : reason;
}

}  // namespace

void VerifiedContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<VerifiedContext> VerifiedContext::make(const TrustStore& roots) {
  VerifiedContext made;
  made.context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = made.context_.get();
  const bool good = context != nullptr && require_verified_peers(context, roots) &&
                    SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn - 1) == 0;
  if (!good) return fail(Errc::unsupported, "OpenSSL: " + take_error());
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  return made;
}

void VerifiedClient::Free::operator()(ssl_st* connection) const { SSL_free(connection); }

VerifiedClient::VerifiedClient(const VerifiedContext& context, int descriptor, const Domain& host)
    : check_{host}, connection_(SSL_new(context.native())) {
  SSL* const ssl = connection_.get();
  if (ssl == nullptr) return;
  const bool ready = set_peer_check(ssl, check_) && SSL_set_fd(ssl, descriptor) == 1 &&
                     SSL_set_tlsext_host_name(ssl, host.text().c_str()) == 1;
  if (!ready) connection_.reset();
}

VerifiedClient::~VerifiedClient() = default;

VerifiedClient::Want VerifiedClient::handshake() {
  if (!connection_) {
    error_ = take_error();
    return Want::nothing;
  }
  ERR_clear_error();
  const int result = SSL_connect(connection_.get());
  const Want want = want_after(result);
  if (want != Want::nothing) return want;
  secured_ = result == 1 && check_.verdict && check_.verdict->status == FetchStatus::ok;
  if (!secured_) error_ = take_error();
  return want;
}

FetchOutcome VerifiedClient::failure() const {
  if (check_.verdict && check_.verdict->status != FetchStatus::ok) {
    return {check_.verdict->status, {}, check_.verdict->detail};
  }
  return {FetchStatus::tls_failed, {}, error_};
}

VerifiedClient::Progress VerifiedClient::read(std::span<char> into) {
  std::size_t octets = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(connection_.get(), into.data(), into.size(), &octets);
  return {want_after(result), octets};
}

VerifiedClient::Progress VerifiedClient::write(std::string_view data) {
  std::size_t octets = 0;
  ERR_clear_error();
  const int result = SSL_write_ex(connection_.get(), data.data(), data.size(), &octets);
  return {want_after(result), octets};
}

void VerifiedClient::close_notify() {
  if (secured_) SSL_shutdown(connection_.get());
  ERR_clear_error();
}

VerifiedClient::Want VerifiedClient::want_after(int result) {
  switch (SSL_get_error(connection_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Want::read;
    case SSL_ERROR_WANT_WRITE:
      return Want::write;
    default:
      return Want::nothing;
  }
}

}  // namespace strictmx
