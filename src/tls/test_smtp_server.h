// tls/test_smtp_server.h: an SMTP server on 127.0.0.1 that does what it is told, right or wrong.
// Used by tests only.
#pragma once
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tls/openssl_ptr.h"
#include "tls/test_certificate.h"
#include "tls/test_loopback_server.h"

namespace strictmx::test {

struct SmtpScript {
  std::vector<const Certificate*> certificates = {};  // none: the handshake fails
  std::string greeting = "220 mx.test ESMTP\r\n";     // empty: closes at once
  std::string ehlo = "250-mx.test\r\n250 STARTTLS\r\n";
  std::string starttls = "220 go\r\n";  // sent as one piece, with whatever is behind it
  bool silent = false;                  // never says anything
  bool reads_ahead = false;             // executes what came in clear behind STARTTLS
  bool insists_on_certificate = false;  // of the client
  bool insists_on_name = false;         // ends the handshake for any name but mx.test
  int min_version = TLS1_VERSION;
  int max_version = TLS1_3_VERSION;
};

class SmtpServer {
 public:
  explicit SmtpServer(SmtpScript script) : script_(std::move(script)), context_(make_context()) {}

  std::uint16_t port() const { return server_.port(); }
  unsigned connections() const { return server_.connections(); }
  unsigned most_at_once() const { return server_.most_at_once(); }
  // Every command that was heard, inside and outside of TLS.
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  // One connection: octets that were read and not yet used, and TLS when it has begun.
  struct Talk {
    int fd;
    SSL* ssl = nullptr;
    std::string ahead = {};
  };

  SslCtxPtr make_context() {
    SslCtxPtr owner(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* const context = owner.get();
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context, script_.min_version);
    SSL_CTX_set_max_proto_version(context, script_.max_version);
    for (const auto* certificate : script_.certificates) {
      SSL_CTX_use_certificate(context, certificate->x509.get());
      SSL_CTX_use_PrivateKey(context, certificate->key.get());
    }
    if (script_.insists_on_certificate)
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_tlsext_servername_callback(context, judge_name);
    SSL_CTX_set_tlsext_servername_arg(context, this);
    return owner;
  }

  static int judge_name(SSL* ssl, int*, void* self) {
    if (!static_cast<SmtpServer*>(self)->script_.insists_on_name) return SSL_TLSEXT_ERR_OK;
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const bool known = name != nullptr && std::string_view(name) == "mx.test";
    return known ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  static void say(Talk& talk, std::string_view text) {
    if (talk.ssl != nullptr) {
      SSL_write(talk.ssl, text.data(), static_cast<int>(text.size()));
    } else {
      ::send(talk.fd, text.data(), text.size(), MSG_NOSIGNAL);
    }
  }

  bool wait_readable(const Talk& talk) const {
    if (talk.ssl != nullptr && SSL_pending(talk.ssl) > 0) return true;
    return server_.wait_readable(talk.fd);
  }

  // Without its end; empty when the peer has gone.
  std::string read_line(Talk& talk) {
    for (;;) {
      const auto end = talk.ahead.find("\r\n");
      if (end != std::string::npos) {
        auto line = talk.ahead.substr(0, end);
        talk.ahead.erase(0, end + 2);
        const std::lock_guard lock(mutex_);
        heard_.push_back(line);
        return line;
      }
      char buffer[512];
      if (!wait_readable(talk)) return {};
      // Reading ahead is what makes injection possible.
      const std::size_t size = script_.reads_ahead ? sizeof buffer : 1;
      const auto got = talk.ssl != nullptr ? SSL_read(talk.ssl, buffer, static_cast<int>(size))
                                           : static_cast<int>(::recv(talk.fd, buffer, size, 0));
      if (got <= 0) return {};
      talk.ahead.append(buffer, static_cast<std::size_t>(got));
    }
  }

  bool start_tls(Talk& talk) {
    say(talk, script_.starttls);
    if (script_.starttls.front() != '2') return true;
    if (!script_.reads_ahead) drop_clear(talk);
    talk.ssl = SSL_new(context_.get());
    SSL_set_fd(talk.ssl, talk.fd);
    return SSL_accept(talk.ssl) == 1;
  }

  // What came in the segment of STARTTLS.
  static void drop_clear(Talk& talk) {
    char first = 0;
    while (::recv(talk.fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first != '\x16')
      ::recv(talk.fd, &first, 1, 0);
    talk.ahead.clear();
  }

  void converse(Talk& talk) {
    say(talk, script_.greeting);
    for (;;) {
      const auto line = read_line(talk);
      if (line.empty()) return;
      if (line.starts_with("EHLO")) {
        say(talk, talk.ssl != nullptr ? "250-mx.test\r\n250 SIZE 1\r\n" : script_.ehlo);
      } else if (line == "STARTTLS") {
        if (!start_tls(talk)) return;
      } else if (line == "QUIT") {
        return say(talk, "221 bye\r\n");
      } else {
        say(talk, "250 ok\r\n");
      }
    }
  }

  void speak(int fd) {
    Talk talk{fd};
    if (script_.silent) {
      char ignored = 0;
      if (wait_readable(talk)) ::recv(fd, &ignored, 1, 0);
    } else if (!script_.greeting.empty()) {
      converse(talk);
    }
    SSL_free(talk.ssl);
  }

  const SmtpScript script_;
  const SslCtxPtr context_;
  std::mutex mutex_;
  std::vector<std::string> heard_;
  LoopbackServer server_{[this](int fd) { speak(fd); }};  // last: it ends before the others
};

}  // namespace strictmx::test
