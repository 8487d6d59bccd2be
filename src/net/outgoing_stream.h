// net/outgoing_stream.h: a connection that we open, by TCP to one address that was vetted or to a
// unix socket, which may turn into TLS in the middle (tls/client). Every wait has a deadline. No
// operation runs beside another one of the same stream. Used from the io_context's thread only; the
// object must outlive its operations: keep it in the frame that works with it. Not here: which
// addresses are allowed (core/ip_address), what is said (wire).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/check/smtp_facts.h"
#include "core/check/tls_facts.h"
#include "core/ip_address.h"
#include "net/asio.h"
#include "net/endpoint.h"
#include "tls/client.h"

namespace strictmx {

enum class StreamStatus : std::uint8_t { octets, closed, timeout };

struct StreamRead {
  StreamStatus status = StreamStatus::closed;
  std::size_t octets = 0;
};

class OutgoingStream {
 public:
  explicit OutgoingStream(asio::io_context& io);
  OutgoingStream(const OutgoingStream&) = delete;
  OutgoingStream& operator=(const OutgoingStream&) = delete;
  ~OutgoingStream();  // closes, without a word

  // Once, before all else. `connected` is the only status after which the stream is of use.
  Task<ConnectFacts> connect(IpAddress address, std::uint16_t port, MonoTime deadline);
  Task<ConnectFacts> connect(Endpoint peer, MonoTime deadline);

  // Waits for octets. `into` must not be empty.
  Task<StreamRead> read_some(std::span<char> into, MonoTime deadline);
  // `octets`: all of it was handed to the system. `data` must live until then.
  Task<StreamStatus> write_all(std::string_view data, MonoTime deadline);

  // The handshake as a client; `context` must outlive the stream. What comes after it is TLS if
  // the status is `done`, and nothing otherwise.
  Task<TlsFacts> start_tls(const TlsClientContext& context, TlsClientOptions options,
                           MonoTime deadline);
  // In DER, as they came; empty before start_tls().
  std::vector<std::string> certificates() const;
  // Changes after the handshake when the peer refuses us only then (tls/client).
  HandshakeStatus tls_status() const;

  // Our own address of this connection; absent before connect().
  std::optional<IpAddress> local_address() const;

  // Ends what is under way, and at once all later waits, as if the deadline had passed.
  void cancel();

  // Says so inside of TLS, and closes.
  void close();

 private:
  struct State;
  Task<bool> ready(TlsWant want, MonoTime deadline);
  std::unique_ptr<State> state_;
};

}  // namespace strictmx
