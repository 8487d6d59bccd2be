// store/writer_watch.h: lets a test wait until a PolicyWriter has said something. Included by
// _test.cc files only.
#pragma once
#include <condition_variable>
#include <mutex>

#include "store/policy_writer.h"

namespace strictmx {

// Hand `options` to the writer; must outlive it.
class Watch {
 public:
  explicit Watch(Millis retry = Millis{1}) {
    options.first_retry = retry;
    options.longest_retry = retry;
    options.on_health = [this](const StoreHealth& health) {
      const std::lock_guard lock(mutex_);
      health_ = health;
      changed_.notify_all();
    };
    options.on_loss = [this] {
      const std::lock_guard lock(mutex_);
      ++losses_;
      changed_.notify_all();
    };
  }
  template <class P>
  void until(P said) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return said(health_, losses_); });
  }
  void until_degraded() {
    until([](const StoreHealth& health, int) { return health.degraded; });
  }
  void until_well() {
    until([](const StoreHealth& health, int) { return !health.degraded; });
  }
  void until_losses(int count) {
    until([&](const StoreHealth&, int losses) { return losses >= count; });
  }

  PolicyWriter::Options options;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  StoreHealth health_;
  int losses_ = 0;
};

}  // namespace strictmx
