#include "bench/world_https.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <sys/epoll.h>

#include <array>

#include "bench/fail.h"
#include "bench/world_name.h"

namespace strictmx::bench {
namespace {

constexpr std::size_t kMaxRequest = 8192;
constexpr std::size_t kMaxCertificates = 100'000;

std::string make_response(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, type, body.size(), body);
}

std::string respond(std::string_view request, const char* host) {
  const auto name = find_world_name(host == nullptr ? "" : host);
  const bool found = name && name->node == WorldNode::policy_host &&
                     name->kind != WorldClass::missing &&
                     request.starts_with("GET /.well-known/mta-sts.txt HTTP/1.");
  if (!found) return make_response("404 Not Found", "text/html", "no such policy\n");
  return make_response("200 OK", "text/plain", policy_body(*name));
}

}  // namespace

WorldHttps::WorldHttps(WorldLoop& loop, std::uint16_t port, const Authority& authority)
    : loop_(loop),
      authority_(authority),
      unknown_authority_("unknown authority"),
      key_(make_key()),
      context_(SSL_CTX_new(TLS_server_method())),
      listener_(listen_on(loopback(port))) {
  if (context_ == nullptr) fail("SSL_CTX_new");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_tlsext_servername_callback(context_.get(), on_server_name);
  SSL_CTX_set_tlsext_servername_arg(context_.get(), this);
  loop_.add(*this, listener_.get(), EPOLLIN);
}

int WorldHttps::on_server_name(SSL* ssl, int*, void* self) {
  auto& server = *static_cast<WorldHttps*>(self);
  const char* host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const auto name = find_world_name(host == nullptr ? "" : host);
  if (!name || name->node != WorldNode::policy_host) return SSL_TLSEXT_ERR_ALERT_FATAL;
  const bool used = SSL_use_certificate(ssl, server.certificate_for(host)) == 1 &&
                    SSL_use_PrivateKey(ssl, server.key_.get()) == 1;
  return used ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

X509* WorldHttps::certificate_for(const std::string& host) {
  if (const auto known = certificates_.find(host); known != certificates_.end()) {
    return known->second.get();
  }
  if (certificates_.size() >= kMaxCertificates) certificates_.clear();
  const bool bad = find_world_name(host)->kind == WorldClass::badcert;
  const Authority& issuer = bad ? unknown_authority_ : authority_;
  return certificates_.emplace(host, issuer.issue(host, key_.get())).first->second.get();
}

void WorldHttps::on_ready(int fd) {
  if (fd == listener_.get()) return accept_sessions();
  const auto session = sessions_.find(fd);
  switch (advance(session->second)) {
    case Progress::waits_for_input:
      return loop_.change(*this, fd, EPOLLIN);
    case Progress::waits_for_room:
      return loop_.change(*this, fd, EPOLLOUT);
    case Progress::over:
      sessions_.erase(session);
  }
}

void WorldHttps::accept_sessions() {
  for (Fd fd = accept_from(listener_); fd.get() >= 0; fd = accept_from(listener_)) {
    const int number = fd.get();
    Session session{std::move(fd), {}, {}, {}};
    session.ssl.reset(SSL_new(context_.get()));
    if (session.ssl == nullptr || SSL_set_fd(session.ssl.get(), number) != 1) fail("SSL_new");
    SSL_set_accept_state(session.ssl.get());
    loop_.add(*this, number, EPOLLIN);
    sessions_.insert_or_assign(number, std::move(session));
  }
}

WorldHttps::Progress WorldHttps::advance(Session& session) {
  SSL* ssl = session.ssl.get();
  ERR_clear_error();
  while (session.response.empty()) {
    std::array<char, kMaxRequest> buffer;
    const int got = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
    if (got <= 0) return why_waiting(session, got);
    session.request.append(buffer.data(), static_cast<std::size_t>(got));
    if (session.request.size() > kMaxRequest) return Progress::over;
    if (!session.request.ends_with("\r\n\r\n")) continue;
    session.response = respond(session.request, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
  }
  const int sent =
      SSL_write(ssl, session.response.data(), static_cast<int>(session.response.size()));
  if (sent <= 0) return why_waiting(session, sent);
  SSL_shutdown(ssl);
  return Progress::over;
}

WorldHttps::Progress WorldHttps::why_waiting(const Session& session, int result) const {
  switch (SSL_get_error(session.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::waits_for_input;
    case SSL_ERROR_WANT_WRITE:
      return Progress::waits_for_room;
    default:
      return Progress::over;
  }
}

}  // namespace strictmx::bench
