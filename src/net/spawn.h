// net/spawn.h: starts a coroutine that nobody waits for.
// What it lets through, a bug or a lack of memory, leaves io_context::run() and so ends the
// program, which its service manager starts again. Swallowed, as by asio::detached, it would end a
// loop or lose a count that nobody misses until something waits for it in vain.
#pragma once
#include <exception>
#include <utility>

#include "net/asio.h"

namespace strictmx {

// `on`: an io_context or an executor.
template <class On>
void spawn(On&& on, Task<void> task) {
  asio::co_spawn(on, std::move(task), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

}  // namespace strictmx
