// net/byte_stream.h: one accepted connection, TCP or unix, as a stream of octets. No template and
// no system header is seen by its users.
// Cost of a request that fits one segment: recv, send, and the share of one epoll_wait. A write is
// tried at once; only what the peer does not take is waited for.
// No operation has a deadline of its own: the listener's idle sweep (net/stream_listener) or the
// owner calls cancel(). Used from the io_context's thread only. The object must outlive its
// operations: keep it in the frame of the session.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "net/asio.h"

namespace strictmx {

struct StreamSocket;  // net/stream_socket.h

class ByteStream {
 public:
  explicit ByteStream(std::unique_ptr<StreamSocket> socket);
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;
  ~ByteStream();  // closes

  // Waits for octets and returns how many; 0: the peer closed, the connection failed, or
  // cancel() was called. `into` must not be empty. One read at a time.
  Task<std::size_t> read_some(std::span<char> into);

  // True when all octets were handed to the system. One write at a time; a read may be pending.
  Task<bool> write_all(std::string_view data);

  // Ends pending and all later operations as if the peer had closed. The descriptor stays open
  // until close() or destruction.
  void cancel();

  void close();

 private:
  std::unique_ptr<StreamSocket> socket_;
};

}  // namespace strictmx
