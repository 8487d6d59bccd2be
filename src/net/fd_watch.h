// net/fd_watch.h: tells when a descriptor that somebody else owns and closes can be read or
// written; for C libraries that bring their own sockets (libunbound, libcurl). Private to net.
// Level-triggered: as long as a direction is wanted and ready, the callback comes again.
// The object must be destroyed before its descriptor is closed.
#pragma once
#include <functional>
#include <memory>

#include "net/asio.h"

namespace strictmx {

class FdWatch {
 public:
  static constexpr unsigned kRead = 1;
  static constexpr unsigned kWrite = 2;

  // ready: kRead or kWrite. The callback may change or destroy the watch. An error of the
  // descriptor counts as ready; the owner meets it when it reads or writes.
  using Callback = std::function<void(unsigned ready)>;

  FdWatch(asio::io_context& io, int descriptor, Callback on_ready);
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;
  ~FdWatch();  // no callback comes after it

  // Replaces the set of wanted directions; 0 stops the callbacks.
  void want(unsigned directions);

 private:
  struct State;
  static void arm(const std::shared_ptr<State>& state, unsigned direction);
  std::shared_ptr<State> state_;  // shared with handlers that the reactor still holds
};

}  // namespace strictmx
