#include "net/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace strictmx {

namespace {

constexpr Millis kForever{60000};  // an idle loop looks around once a minute

epoll_event event_for(std::uint32_t events, Watcher* watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = watcher;
  return event;
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  Descriptor wake(epoll ? ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1);
  // Edge-triggered: each post is an event of its own, and nobody has to read the counter.
  epoll_event event = event_for(EPOLLIN | EPOLLET, nullptr);
  if (!wake || ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return fail(Errc::io, std::string("epoll: ") + std::strerror(errno));
  }
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll), std::move(wake)));
}

EventLoop::~EventLoop() = default;

bool EventLoop::watch(int descriptor, std::uint32_t events, Watcher& watcher) {
  epoll_event event = event_for(events, &watcher);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool EventLoop::change(int descriptor, std::uint32_t events, Watcher& watcher) {
  epoll_event event = event_for(events, &watcher);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void EventLoop::forget(int descriptor, const Watcher& watcher) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
  for (std::size_t i = next_ready_; i < end_ready_; ++i) {
    if (ready_[i].data.ptr == &watcher) ready_[i].events = 0;
  }
}

void EventLoop::Timer::at(MonoTime when) {
  if (when_ == when) return;
  cancel();
  when_ = when;
  loop_.timers_.emplace(when, this);
}

void EventLoop::Timer::cancel() {
  if (when_) loop_.timers_.erase({*when_, this});
  when_.reset();
}

void EventLoop::post(std::function<void()> function) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(function));
  }
  constexpr std::uint64_t kOne = 1;
  // It fails only when the counter is full of wake-ups, and then one more is not needed.
  if (first) [[maybe_unused]]
    const auto written = ::write(wake_.get(), &kOne, sizeof kOne);
}

void EventLoop::stop() {
  stopping_ = true;
  post([] {});
}

void EventLoop::run() {
  while (!stopping_) turn(kForever);
}

// How long epoll_wait may sleep, in milliseconds, rounded up so that no timer is met too early.
int EventLoop::patience(Millis longest) const {
  if (timers_.empty()) return static_cast<int>(longest.count());
  const auto left = std::chrono::ceil<Millis>(timers_.begin()->first - now_);
  return static_cast<int>(std::clamp(left, Millis{0}, longest).count());
}

std::size_t EventLoop::turn(Millis longest) {
  const int count =
      ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(kBatch), patience(longest));
  now_ = std::chrono::steady_clock::now();
  bool posted = false;
  std::size_t done = 0;
  next_ready_ = 0;
  end_ready_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  while (next_ready_ < end_ready_) {
    const epoll_event& event = ready_[next_ready_++];
    if (event.data.ptr == nullptr) {
      posted = true;
    } else if (event.events != 0) {  // else forgotten meanwhile
      ++done;
      static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
    }
  }
  if (posted) done += run_posted();
  return timers_.empty() ? done : done + run_timers();
}

std::size_t EventLoop::run_timers() {
  std::size_t done = 0;
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    Timer& timer = *timers_.begin()->second;
    timer.cancel();
    ++done;
    timer.function_();
  }
  return done;
}

// What is posted meanwhile comes in the next turn.
std::size_t EventLoop::run_posted() {
  std::vector<std::function<void()>> functions;
  {
    const std::lock_guard lock(mutex_);
    functions.swap(posted_);
  }
  for (const auto& function : functions) function();
  return functions.size();
}

}  // namespace strictmx
