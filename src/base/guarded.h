// base/guarded.h: data that several threads share, reachable only through its lock.
// Never hold the lock across an await or a call into another guarded object.
#pragma once
#include <mutex>
#include <utility>

namespace strictmx {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  // Runs `use` with the data while the lock is held and hands back its result.
  template <class F>
  auto with(F use) {
    const std::lock_guard lock(mutex_);
    return use(value_);
  }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace strictmx
