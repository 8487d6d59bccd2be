// net/connect_race.h: a TCP connection to the first of several addresses of one host that answers.
// RFC 8305 §5: they are tried in order, the next one when the last has failed or after 250 ms.
// Private to net. Not here: which addresses may be connected to.
// The object must outlive run(): keep it in the frame that waits for it.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/descriptor.h"
#include "core/ip_address.h"
#include "net/asio.h"
#include "net/fd_watch.h"
#include "net/one_shot.h"

namespace strictmx {

struct Connected {
  Descriptor descriptor;  // non-blocking, with TCP_NODELAY
  int error = 0;          // without a descriptor: errno of the last attempt, 0 at the deadline
};

class ConnectRace {
 public:
  // `addresses` must not be empty.
  ConnectRace(asio::io_context& io, std::vector<IpAddress> addresses, std::uint16_t port);
  ConnectRace(const ConnectRace&) = delete;
  ConnectRace& operator=(const ConnectRace&) = delete;
  ~ConnectRace();

  // Once.
  Task<Connected> run(MonoTime deadline);

  // Ends run() with ECANCELED.
  void cancel();

 private:
  struct Attempt;
  bool start_next();
  void on_writable(Attempt& attempt);
  void end(Connected outcome);

  asio::io_context& io_;
  std::vector<IpAddress> addresses_;
  std::uint16_t port_;
  std::size_t next_ = 0;
  int error_ = 0;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  OneShot<Connected> done_;
};

}  // namespace strictmx
