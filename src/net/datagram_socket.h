// net/datagram_socket.h: a unix datagram socket that is only received from, many datagrams at a
// time: an own one at a path, or one that the service manager hands over (sd_listen_fds(3)). How
// many datagrams wait in the kernel is net.unix.max_dgram_qlen at the moment the socket is made;
// SO_RCVBUF does not matter, what waits is charged to the senders.
// Limits: paths of 107 octets; datagrams of `max_bytes` (longer ones are cut), 64 at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

struct DatagramSocketOptions {
  // Absolute path, or "systemd:NAME" (FileDescriptorName=NAME). A socket that the service manager
  // made at that path is taken.
  std::string where;
  unsigned mode = 0660;  // of the file; ours only
  std::string group;     // its group by name or number; empty: that of the process
  std::size_t max_bytes = 65536;
};

class DatagramSocket {
 public:
  // A file that no socket uses any more is replaced. Errors: Errc::io, Errc::usage (no such group,
  // no socket of that name was handed over, path too long).
  static Result<DatagramSocket> open(const DatagramSocketOptions& options);
  DatagramSocket(DatagramSocket&&) noexcept;
  DatagramSocket& operator=(DatagramSocket&&) = delete;
  // Removes an own file, if it is still the one made here.
  ~DatagramSocket();

  // Waits for datagrams; empty: stop() was called and nothing is left. What they view is valid
  // until the next call. From one thread. Errors: Errc::io.
  Result<std::span<const std::string_view>> receive();

  // From any thread: what the kernel holds now is still received, then receive() ends.
  void stop();

 private:
  class Impl;
  explicit DatagramSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// net.unix.max_dgram_qlen of this network namespace; absent: the system does not say.
std::optional<unsigned> read_datagram_queue_limit();

}  // namespace strictmx
