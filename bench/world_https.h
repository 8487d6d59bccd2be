// bench/world_https.h: the policy hosts of all domains in one server: TLS 1.2 and 1.3, a
// certificate for each server name, made in advance or when first asked for, one GET a connection.
// Limits: a request of 8192 octets; 100000 certificates kept, then all are forgotten.
// Failure of one connection closes it; failure to listen ends the program (bench/fail.h).
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "bench/world_authority.h"
#include "bench/world_loop.h"

namespace strictmx::bench {

struct TlsFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

class WorldHttps : public WorldHandler {
 public:
  // Listens on the IPv4 loopback address; port 0 takes a free one. The authority must outlive it.
  WorldHttps(WorldLoop& loop, std::uint16_t port, const Authority& authority);

  std::uint16_t port() const { return port_of(listener_); }

  // Makes the certificate of a policy host now, so that no measurement contains it (0.3 ms).
  void prepare(const std::string& host) { certificate_for(host); }

  void on_ready(int fd) override;

 private:
  struct Session {
    Fd fd;
    std::unique_ptr<SSL, TlsFree> ssl;
    std::string request;
    std::string response;  // set when the request is complete
  };
  enum class Progress : std::uint8_t { waits_for_input, waits_for_room, over };

  void accept_sessions();
  Progress advance(Session& session);
  Progress why_waiting(const Session& session, int result) const;
  X509* certificate_for(const std::string& host);
  static int on_server_name(SSL* ssl, int* alert, void* self);

  WorldLoop& loop_;
  const Authority& authority_;
  Authority unknown_authority_;  // nobody trusts it
  KeyPtr key_;                   // of every policy host
  std::unique_ptr<SSL_CTX, TlsFree> context_;
  std::unordered_map<std::string, CertificatePtr> certificates_;
  Fd listener_;
  std::unordered_map<int, Session> sessions_;
};

}  // namespace strictmx::bench
