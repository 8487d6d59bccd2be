// tls/test_smtp_server.h: an SMTP server on 127.0.0.1 that does what it is told, right or wrong.
// Used by tests only. One thread accepts, one per connection speaks.
#pragma once
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstdint>

#include <atomic>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tls/test_certificate.h"

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
  explicit SmtpServer(SmtpScript script) : script_(std::move(script)) {
    std::signal(SIGPIPE, SIG_IGN);
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context_, script_.min_version);
    SSL_CTX_set_max_proto_version(context_, script_.max_version);
    for (const auto* certificate : script_.certificates) {
      SSL_CTX_use_certificate(context_, certificate->x509.get());
      SSL_CTX_use_PrivateKey(context_, certificate->key.get());
    }
    if (script_.insists_on_certificate)
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_tlsext_servername_callback(context_, judge_name);
    SSL_CTX_set_tlsext_servername_arg(context_, this);
    listen();
    acceptor_ = std::thread([this] { accept_all(); });
  }
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;
  ~SmtpServer() {
    stopping_ = true;
    acceptor_.join();
    for (auto& speaker : speakers_) speaker.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }

  std::uint16_t port() const { return port_; }
  unsigned connections() const { return connections_; }
  unsigned most_at_once() const { return most_at_once_; }
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

  static int judge_name(SSL* ssl, int*, void* self) {
    if (!static_cast<SmtpServer*>(self)->script_.insists_on_name) return SSL_TLSEXT_ERR_OK;
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const bool known = name != nullptr && std::string_view(name) == "mx.test";
    return known ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  void listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener_, generic, length);
    ::listen(listener_, 128);
    ::getsockname(listener_, generic, &length);
    port_ = ntohs(address.sin_port);
  }

  void accept_all() {
    while (!stopping_) {
      pollfd ready{listener_, POLLIN, 0};
      if (::poll(&ready, 1, 10) <= 0) continue;
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      speakers_.emplace_back([this, fd] { speak(fd); });
    }
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
    for (pollfd ready{talk.fd, POLLIN, 0}; !stopping_;) {
      if (::poll(&ready, 1, 10) > 0) return true;
    }
    return false;
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
    talk.ssl = SSL_new(context_);
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
    const unsigned now = ++at_once_;
    for (unsigned most = most_at_once_; now > most;) {
      if (most_at_once_.compare_exchange_weak(most, now)) break;
    }
    Talk talk{fd};
    if (script_.silent) {
      char ignored = 0;
      if (wait_readable(talk)) ::recv(fd, &ignored, 1, 0);
    } else if (!script_.greeting.empty()) {
      converse(talk);
    }
    --at_once_;
    SSL_free(talk.ssl);
    ::close(fd);
  }

  const SmtpScript script_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<unsigned> connections_ = 0;
  std::atomic<unsigned> at_once_ = 0;
  std::atomic<unsigned> most_at_once_ = 0;
  std::mutex mutex_;
  std::vector<std::string> heard_;
  std::vector<std::thread> speakers_;
  std::thread acceptor_;
};

}  // namespace strictmx::test
