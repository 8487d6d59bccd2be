// net/run_task.h: one coroutine from its beginning to its end, for programs that do one thing.
#pragma once
#include <exception>
#include <utility>

#include "net/asio.h"

namespace strictmx {

// Runs `io` until the task has ended, whatever else is under way there: DNS may keep timers of its
// own. Rethrows what the task threw.
inline void run_task(asio::io_context& io, Task<void> task) {
  std::exception_ptr bug;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown) {
    bug = std::move(thrown);
    io.stop();
  });
  io.run();
  if (bug) std::rethrow_exception(bug);
}

}  // namespace strictmx
