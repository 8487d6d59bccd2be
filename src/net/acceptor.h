// net/acceptor.h: a listening socket in an EventLoop, which hands out what it accepts.
// Limits: backlog of 4096. When the process has no descriptor left, accepting pauses for 100 ms at
// a time and says so once per 10 s; the connections that exist are served on.
// Not here: how many connections a service takes, what is spoken on them.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "base/log.h"
#include "net/endpoint.h"
#include "net/event_loop.h"
#include "net/listen_socket.h"

namespace strictmx {

class Acceptor final : private Watcher {
 public:
  // Owns the descriptor from then on: non-blocking, close-on-exec; TCP has TCP_NODELAY.
  using OnAccept = std::function<void(int descriptor)>;

  // A socket file that nobody listens on is replaced; any other file is not. The loop and the log
  // must outlive the acceptor. Errors: Errc::io ("inet:127.0.0.1:25: Permission denied").
  static Result<std::unique_ptr<Acceptor>> open(EventLoop& loop, const Endpoint& endpoint,
                                                unsigned unix_mode, Log& log);
  ~Acceptor();  // as stop()

  // From now on connections are accepted. Once.
  Result<void> start(OnAccept on_accept);

  // Closes the listening socket and removes its file.
  void stop();

  // The same, after accepting those who have connected already: a close would reset them.
  void finish();

  // With the port the system chose.
  const Endpoint& local() const { return local_; }

 private:
  Acceptor(EventLoop& loop, ListenSocket socket, Log& log);
  void on_ready(std::uint32_t events) override;
  void accept_some(int most);
  void pause(int error);
  void resume();

  EventLoop& loop_;
  std::optional<ListenSocket> socket_;  // gone after stop()
  Endpoint local_;
  Log& log_;
  OnAccept on_accept_;
  EventLoop::Timer pause_over_;
  std::optional<MonoTime> complained_;
};

}  // namespace strictmx
