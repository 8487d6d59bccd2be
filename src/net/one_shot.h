// net/one_shot.h: a value handed once from one coroutine or callback to one waiting coroutine,
// with a deadline. Costs one timer and no allocation of its own.
// The object must outlive the wait: keep it in the waiting frame, or in an object that outlives
// the frame. Used from the executor's thread only.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <optional>
#include <utility>

#include "base/time.h"
#include "net/asio.h"

namespace strictmx {

template <class T>
class OneShot {
 public:
  explicit OneShot(asio::any_io_executor executor) : timer_(std::move(executor)) {}
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;

  // Never resumes the waiter from inside of this call: it runs later from the executor.
  // Only the first value counts. May come before, during or after the wait.
  void set(T value) {
    if (value_) return;
    value_.emplace(std::move(value));
    timer_.cancel();
  }

  bool is_set() const { return value_.has_value(); }

  // The value, or nullopt when the deadline passed without one. One wait at a time; a value is
  // taken out by the wait that returns it.
  Task<std::optional<T>> wait(MonoTime deadline) {
    if (!value_) {
      timer_.expires_at(deadline);
      co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return std::exchange(value_, std::nullopt);
  }

 private:
  asio::steady_timer timer_;
  std::optional<T> value_;
};

}  // namespace strictmx
