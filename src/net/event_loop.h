// net/event_loop.h: one thread that waits for many descriptors, where Asio costs too much: a
// request answered from memory is recv, send and its share of one epoll_wait, and no allocation.
// Level-triggered, because edge-triggered waiting needs one more read per request to learn that
// there is nothing (docs/performance.md). Descriptors that are ready together are handled in one
// turn; the clock is read once per turn.
// Everything but post() and stop() belongs to the thread that runs the loop.
#pragma once
#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "base/time.h"

namespace strictmx {

// What a loop calls when a descriptor is ready.
class Watcher {
 public:
  // `events`: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR. May forget or destroy any watcher, itself
  // included.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

class EventLoop {
 public:
  // Errors: Errc::io (no descriptor left).
  static Result<std::unique_ptr<EventLoop>> create();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // `events`: EPOLLIN, EPOLLOUT or 0; EPOLLHUP and EPOLLERR come in any case. The descriptor and
  // the watcher must stay until forget(). False: the system refused.
  bool watch(int descriptor, std::uint32_t events, Watcher& watcher);
  bool change(int descriptor, std::uint32_t events, Watcher& watcher);
  // To be called before the descriptor is closed. No call of the watcher comes after it.
  void forget(int descriptor, const Watcher& watcher);

  // Calls a function once, on this loop's thread, not before its time and soon after it. The
  // function must not destroy its timer.
  class Timer {
   public:
    Timer(EventLoop& loop, std::function<void()> function)
        : loop_(loop), function_(std::move(function)) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { cancel(); }
    void at(MonoTime when);  // replaces an earlier time
    void cancel();
    bool is_set() const { return when_.has_value(); }

   private:
    friend class EventLoop;
    EventLoop& loop_;
    std::function<void()> function_;
    std::optional<MonoTime> when_;
  };

  // From any thread: the function runs on the loop's thread, in the order of the calls.
  void post(std::function<void()> function);

  // Until stop(), which may be called from any thread.
  void run();
  void stop();

  // One turn: waits for at most `longest`, and then does what is to be done. How many descriptors,
  // timers and posted functions had their turn.
  std::size_t turn(Millis longest);

  // The time at the beginning of this turn.
  MonoTime now() const { return now_; }

 private:
  EventLoop(Descriptor epoll, Descriptor wake) : epoll_(std::move(epoll)), wake_(std::move(wake)) {}
  int patience(Millis longest) const;
  std::size_t run_timers();
  std::size_t run_posted();

  static constexpr std::size_t kBatch = 256;  // descriptors of one turn

  Descriptor epoll_;
  Descriptor wake_;  // an eventfd, told of posted functions
  MonoTime now_ = std::chrono::steady_clock::now();
  std::array<epoll_event, kBatch> ready_{};
  std::size_t next_ready_ = 0;  // of this turn, not yet handled: from here
  std::size_t end_ready_ = 0;   // to here
  std::set<std::pair<MonoTime, Timer*>> timers_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // under mutex_
};

}  // namespace strictmx
