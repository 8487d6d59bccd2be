// tls/verified_client.h: a TLS connection as a client that says nothing to a server whose
// certificate is not good for its name (tls/verify), over a connected non-blocking descriptor that
// somebody else owns and waits for. HTTP/1.1 is offered by ALPN.
// One context serves all connections: making one costs as much as a third of a handshake.
// Not here: waiting and deadlines (net/https_client).
// Used from one thread. SIGPIPE must be ignored by the program.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tls/verify.h"

namespace strictmx {

class VerifiedContext {
 public:
  // Errors: Errc::unsupported (this OpenSSL refuses a setting).
  static Result<VerifiedContext> make(const TrustStore& roots);
  ssl_ctx_st* native() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  VerifiedContext() = default;
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

class VerifiedClient {
 public:
  // What must happen before a call can go on. `nothing`: it is over, well or not.
  enum class Want : std::uint8_t { nothing, read, write };
  struct Progress {
    Want want = Want::nothing;
    std::size_t octets = 0;  // moved; 0 with `nothing`: the peer closed or the connection is lost
  };

  // `descriptor` must stay open as long as this object.
  VerifiedClient(const VerifiedContext& context, int descriptor, const Domain& host);
  VerifiedClient(const VerifiedClient&) = delete;
  VerifiedClient& operator=(const VerifiedClient&) = delete;
  ~VerifiedClient();

  // To be called again when the descriptor is ready, until nothing is wanted.
  Want handshake();
  // The handshake is done, and the server is the right one.
  bool secured() const { return secured_; }
  // Why not: tls_failed, or what is wrong with the certificate.
  FetchOutcome failure() const;

  // Only when secured.
  Progress read(std::span<char> into);
  Progress write(std::string_view data);

  // The peer has said that nothing more comes.
  bool close_notified() const { return check_.close_notified; }
  // Tells the peer the same, if the descriptor takes it at once.
  void close_notify();

 private:
  struct Free {
    void operator()(ssl_st* connection) const;
  };
  Want want_after(int result);

  PeerCheck check_;
  std::unique_ptr<ssl_st, Free> connection_;  // null: no memory
  bool secured_ = false;
  std::string error_;
};

}  // namespace strictmx
