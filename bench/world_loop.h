// bench/world_loop.h: the world's event loop: one thread, level-triggered epoll, until SIGTERM or
// SIGINT. Handlers are told which descriptor is ready and own the descriptors themselves.
// Failure: ends the program (bench/fail.h).
#pragma once
#include <cstdint>
#include <vector>

#include "bench/socket.h"

namespace strictmx::bench {

class WorldHandler {
 public:
  virtual ~WorldHandler() = default;
  // `fd` was registered by this handler and is not closed since.
  virtual void on_ready(int fd) = 0;
};

class WorldLoop {
 public:
  WorldLoop();

  // The handler must outlive the loop's run. Closing the descriptor ends the registration.
  void add(WorldHandler& handler, int fd, std::uint32_t events);
  void change(WorldHandler& handler, int fd, std::uint32_t events);

  void run();

 private:
  std::uint64_t tag(WorldHandler& handler, int fd);

  Fd epoll_;
  Fd signals_;
  std::vector<WorldHandler*> handlers_;
};

}  // namespace strictmx::bench
