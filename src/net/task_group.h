// net/task_group.h: several coroutines at once, and a wait for all of them.
// The tasks may use whatever outlives the wait. Used from the io_context's thread only.
#pragma once
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "net/asio.h"
#include "net/one_shot.h"

namespace strictmx {

class TaskGroup {
 public:
  explicit TaskGroup(asio::io_context& io) : io_(io), state_(std::make_shared<State>(io)) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Begins to run from the io_context, not from inside of this call.
  void add(Task<void> task) {
    ++state_->running;
    auto on_end = [state = state_](std::exception_ptr error) {
      if (error && !state->error) state->error = std::move(error);
      if (--state->running == 0) state->all_done.set(true);
    };
    asio::co_spawn(io_, std::move(task), std::move(on_end));
  }

  // Until every task has ended; rethrows the first exception. Once, and always before the object
  // goes away.
  Task<void> join() {
    const auto state = state_;
    if (state->running > 0) {
      const auto done = co_await state->all_done.wait(MonoTime::max());
      static_cast<void>(done);
    }
    if (state->error) std::rethrow_exception(state->error);
  }

 private:
  struct State {
    explicit State(asio::io_context& io) : all_done(io.get_executor()) {}
    std::size_t running = 0;
    OneShot<bool> all_done;
    std::exception_ptr error;
  };
  asio::io_context& io_;
  std::shared_ptr<State> state_;
};

// A task whose result goes into a place that outlives it.
template <class T>
Task<void> store_in(Task<T> task, T& into) {
  auto value = co_await std::move(task);
  into = std::move(value);
}

}  // namespace strictmx
