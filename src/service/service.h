// service/service.h: what the daemon needs to know of each of its services: policyd and those
// beside it. A service has threads of its own; it is opened, started and stopped from the
// daemon's. No service knows another.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

class Service {
 public:
  virtual ~Service() = default;

  virtual std::string_view name() const = 0;  // as in the log: "policyd"

  // Everything that can fail: files, sockets. Nothing is served yet.
  virtual Result<void> open() = 0;

  // Starts to serve. After open() only.
  virtual void start() = 0;

  // Ends what is under way, within a time of its own, and its threads. After start() only.
  virtual void stop() = 0;

  // Calls `answered` from the thread that does the service's work, when it gets to it: that of a
  // service that hangs never does. From any thread between start() and stop(); `answered` owns what
  // it refers to.
  virtual void answer_beat(std::function<void()> answered) { answered(); }

  // Why the service works below what it should (disk full, no clients taken any more), in words
  // for /readyz; empty: it does not. From any thread between open() and destruction.
  virtual std::string trouble() const { return {}; }
};

}  // namespace strictmx
