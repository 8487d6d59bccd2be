#include "bench/world_loop.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "bench/fail.h"

namespace strictmx::bench {
namespace {

constexpr std::uint64_t kSignal = ~std::uint64_t{0};

}  // namespace

WorldLoop::WorldLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = Fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (epoll_.get() < 0 || signals_.get() < 0) fail_errno("epoll or signalfd");
  watch(epoll_, EPOLL_CTL_ADD, signals_.get(), EPOLLIN, kSignal);
}

std::uint64_t WorldLoop::tag(WorldHandler& handler, int fd) {
  auto found = std::ranges::find(handlers_, &handler);
  if (found == handlers_.end()) found = handlers_.insert(handlers_.end(), &handler);
  const auto index = static_cast<std::uint64_t>(found - handlers_.begin());
  return index << 32 | static_cast<std::uint32_t>(fd);
}

void WorldLoop::add(WorldHandler& handler, int fd, std::uint32_t events) {
  watch(epoll_, EPOLL_CTL_ADD, fd, events, tag(handler, fd));
}

void WorldLoop::change(WorldHandler& handler, int fd, std::uint32_t events) {
  watch(epoll_, EPOLL_CTL_MOD, fd, events, tag(handler, fd));
}

void WorldLoop::run() {
  std::array<epoll_event, 128> events;
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) fail_errno("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const std::uint64_t data = events[static_cast<std::size_t>(i)].data.u64;
      if (data == kSignal) return;
      handlers_[data >> 32]->on_ready(static_cast<int>(data & 0xffffffff));
    }
  }
}

}  // namespace strictmx::bench
