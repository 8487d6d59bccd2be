// tls/client.h: one TLS connection as a client, over a connected non-blocking descriptor that
// somebody else owns and waits for. It looks at servers: the handshake goes on whatever the
// certificate is worth, and facts() says what was seen. Whoever sends anything that must be kept
// secret or reach the right server has to look at the facts first.
// Source: RFC 8446, RFC 5246, RFC 6066 §3 (SNI), RFC 7301 (ALPN).
// Limits: certificate messages of 100 KiB (OpenSSL's own), 32 certificates.
// Not here: waiting and deadlines (net/smtp_probe), what the chain is worth (tls/chain_facts).
// Used from one thread. SIGPIPE must be ignored by the program.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/check/tls_facts.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace strictmx {

// What is offered to the server.
enum class TlsProfile : std::uint8_t {
  sender,    // as a mail server does today: TLS 1.2 and 1.3, OpenSSL's ciphers
  anything,  // from TLS 1.0 on, with every cipher this OpenSSL has, anonymous ones too
  old,       // TLS 1.0 and 1.1 alone, with every cipher
  tls10,     // that version alone, with every cipher
  tls12,     // that version alone, with the ciphers of `sender`
  tls13,     // likewise
  rsa,       // `sender`, but only certificates with RSA keys
  ecdsa,     // `sender`, but only certificates with ECDSA keys
};

// Settings that are made once and shared by the connections of one kind.
class TlsClientContext {
 public:
  // Errors: Errc::unsupported (this OpenSSL refuses the profile).
  static Result<TlsClientContext> make(TlsProfile profile);
  ssl_ctx_st* native() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsClientContext() = default;
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

struct TlsClientOptions {
  std::string server_name;  // SNI; empty: none
  std::string alpn = {};    // one protocol to offer; empty: none
};

// What must happen before a call can go on.
enum class TlsWant : std::uint8_t { nothing, read, write };

struct TlsProgress {
  TlsWant want = TlsWant::nothing;
  std::size_t octets = 0;  // moved; 0 with `nothing`: the peer closed or the connection is lost
};

struct TlsClientState;

class TlsClient {
 public:
  // `fd` must stay open as long as this object. Errors: Errc::io (no memory, or a bad name).
  static Result<TlsClient> create(const TlsClientContext& context, int fd,
                                  const TlsClientOptions& options);
  TlsClient(TlsClient&&) noexcept;
  TlsClient& operator=(TlsClient&&) noexcept;
  ~TlsClient();

  // To be called again when the descriptor is ready, until nothing is wanted: then it is over, and
  // facts().status says how.
  TlsWant handshake();

  // After a handshake that is done. A peer that refuses us only now (RFC 8446 §4.4.2.4: a client's
  // certificate that is missing) changes facts().status.
  TlsProgress read(std::span<char> into);
  TlsProgress write(std::string_view data);
  // Tells the peer that nothing more comes, if the descriptor takes it at once.
  void close_notify();

  // The chain inside is empty: it is read from certificates() by tls/chain_facts.
  const TlsFacts& facts() const;
  const std::vector<std::string>& certificates() const;  // DER, as they came

 private:
  explicit TlsClient(std::unique_ptr<TlsClientState> state);
  std::unique_ptr<TlsClientState> state_;
};

}  // namespace strictmx
