// tls/test_tls_server.h: a TLS server on 127.0.0.1 that does what it is told, right or wrong.
// Used by tests only.
#pragma once
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "tls/openssl_ptr.h"
#include "tls/test_certificate.h"
#include "tls/test_loopback_server.h"

namespace strictmx::test {

enum class Ending { close_notify, cut, reset, hold };  // hold: until the client leaves
enum class Greeting { tls, close_at_once, stall, plain_text };
enum class Alpn { first_offered, none_of_them };  // the second as a server of HTTP/2 alone

struct TlsPiece {
  std::string data;
  std::chrono::milliseconds wait_before{0};
};

struct TlsScript {
  const Certificate* certificate = nullptr;
  std::vector<TlsPiece> pieces = {};  // sent when the request's head has come
  Ending ending = Ending::close_notify;
  Greeting greeting = Greeting::tls;
  int max_version = 0;  // as SSL_CTX_set_max_proto_version; 0: the newest
  Alpn alpn = Alpn::first_offered;
};

struct TlsSeen {
  std::string server_name;
  std::string alpn;  // as on the wire
  std::string request;
  bool handshake_done = false;
};

class TlsServer {
 public:
  explicit TlsServer(TlsScript script, const char* address = "127.0.0.1")
      : script_(std::move(script)),
        context_(make_context()),
        server_([this](int fd) { speak(fd); }, address) {}

  std::uint16_t port() const { return server_.port(); }
  unsigned connections() const { return server_.connections(); }
  unsigned most_at_once() const { return server_.most_at_once(); }
  // What was seen of the connections that ended, once there are `count`, or after five seconds.
  std::vector<TlsSeen> seen_after(std::size_t count) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (seen_.size() >= count || std::chrono::steady_clock::now() > limit) return seen_;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  SslCtxPtr make_context() const {
    SslCtxPtr owner(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* const context = owner.get();
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    if (script_.max_version != 0) {
      SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
      SSL_CTX_set_max_proto_version(context, script_.max_version);
    }
    if (script_.certificate != nullptr) {
      SSL_CTX_use_certificate(context, script_.certificate->x509.get());
      SSL_CTX_use_PrivateKey(context, script_.certificate->key.get());
    }
    const bool agrees = script_.alpn == Alpn::first_offered;
    SSL_CTX_set_alpn_select_cb(context, agrees ? note_alpn : refuse_alpn, nullptr);
    return owner;
  }

  static int note_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_size,
                       const unsigned char* in, unsigned in_size, void*) {
    auto& seen = *static_cast<TlsSeen*>(SSL_get_app_data(ssl));
    seen.alpn.assign(reinterpret_cast<const char*>(in), in_size);
    *out = in + 1;
    *out_size = in[0];
    return SSL_TLSEXT_ERR_OK;
  }

  static int refuse_alpn(SSL*, const unsigned char**, unsigned char*, const unsigned char*,
                         unsigned, void*) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  void wait_for_leave(int fd) const {
    char octet;
    while (server_.wait_readable(fd)) {
      if (::recv(fd, &octet, 1, 0) <= 0) return;
    }
  }

  void sleep(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!server_.stopping() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::min(time, std::chrono::milliseconds(5)));
  }

  void answer(SSL* ssl, TlsSeen& seen) {
    char buffer[4096];
    while (seen.request.find("\r\n\r\n") == std::string::npos) {
      const int got = SSL_read(ssl, buffer, sizeof buffer);
      if (got <= 0) return;
      seen.request.append(buffer, static_cast<std::size_t>(got));
    }
    for (const auto& piece : script_.pieces) {
      sleep(piece.wait_before);
      const auto size = static_cast<int>(piece.data.size());
      if (server_.stopping() || SSL_write(ssl, piece.data.data(), size) <= 0) return;
    }
    if (script_.ending == Ending::close_notify) SSL_shutdown(ssl);
  }

  void speak_tls(int fd) {
    TlsSeen seen;
    SSL* const ssl = SSL_new(context_.get());
    SSL_set_app_data(ssl, &seen);
    SSL_set_fd(ssl, fd);
    seen.handshake_done = SSL_accept(ssl) == 1;
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); name != nullptr)
      seen.server_name = name;
    if (seen.handshake_done) answer(ssl, seen);
    SSL_free(ssl);
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(seen));
  }

  void speak(int fd) {
    if (script_.greeting == Greeting::tls) speak_tls(fd);
    if (script_.greeting == Greeting::plain_text) {
      constexpr std::string_view kText = "HTTP/1.1 200 OK\r\n\r\n";
      ::send(fd, kText.data(), kText.size(), MSG_NOSIGNAL);
    }
    if (script_.greeting == Greeting::stall || script_.ending == Ending::hold) wait_for_leave(fd);
    if (script_.ending == Ending::reset) {
      const linger hard{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
  }

  const TlsScript script_;
  const SslCtxPtr context_;
  std::mutex mutex_;
  std::vector<TlsSeen> seen_;
  LoopbackServer server_;  // last: it ends before the others
};

}  // namespace strictmx::test
