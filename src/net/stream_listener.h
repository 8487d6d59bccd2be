// net/stream_listener.h: a listening socket and the connections it accepts.
// Limits: backlog of 4096. When the process has no descriptor left, accepting pauses for 100 ms at
// a time and says so once per 10 s; the connections that exist are served on.
// Not here: how many connections a service takes (service/policyd), what is spoken on them.
// One object belongs to one io_context and is used from its thread only. The log must outlive it.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "net/asio.h"
#include "net/byte_stream.h"
#include "net/endpoint.h"

namespace strictmx {

struct ListenOptions {
  unsigned unix_mode = 0666;  // permissions of a unix socket
  // A connection on which no octet moved for this long is cancelled, at the latest a quarter of
  // it later. One timer looks at all connections. Zero: never. Must be longer than the longest
  // time a session may think between read and write.
  Millis idle_limit{0};
};

class StreamListener {
 public:
  // A socket file that nobody listens on is replaced; any other file is not.
  // Errors: Errc::io ("inet:127.0.0.1:25: Permission denied").
  static Result<std::unique_ptr<StreamListener>> open(asio::io_context& io,
                                                      const Endpoint& endpoint,
                                                      const ListenOptions& options, Log& log);
  ~StreamListener();  // as stop()

  // The next connection; nullopt after stop(). TCP connections have TCP_NODELAY.
  // One call at a time; the listener must outlive it. Connections may outlive the listener.
  Task<std::optional<ByteStream>> accept();

  // Closes the listening socket, removes its file, ends accept(). Connections stay; those that
  // accept() has not handed out yet are reset.
  void stop();

  // The same, but those that have connected already are accepted and returned.
  std::vector<ByteStream> finish();

  // Cancels all connections that are still open.
  void cancel_streams();

  // With the port the system chose.
  const Endpoint& local() const;

 private:
  struct State;
  explicit StreamListener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace strictmx
