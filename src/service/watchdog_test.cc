#include "service/watchdog.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace strictmx {
namespace {

// The manager's end: an abstract socket of the system's choice.
class Manager {
 public:
  Manager() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socklen_t length = sizeof(sa_family_t);
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length);
    length = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    std::string name(address.sun_path, length - offsetof(sockaddr_un, sun_path));
    name.front() = '@';
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "4000", 1);  // a step is a millisecond
    ::unsetenv("WATCHDOG_PID");
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() {
    ::close(fd_);
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
  }

  // The next word; empty: there is none.
  std::string next() const {
    char text[100];
    const auto size = ::recv(fd_, text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
  }

 private:
  int fd_;
};

// Answers when it is told to.
class SlowService : public Service {
 public:
  std::string_view name() const override { return "slow"; }
  Result<void> open() override { return {}; }
  void start() override {}
  void stop() override {}
  void answer_beat(std::function<void()> answered) override { waiting = std::move(answered); }

  std::function<void()> waiting;
};

class QuickService : public SlowService {
 public:
  void answer_beat(std::function<void()> answered) override { answered(); }
};

TEST_CASE("watchdog: no word while one service hangs, and one when it is back") {
  const Manager manager;
  const ServiceManager told;
  SlowService slow;
  QuickService quick;
  const std::vector<Service*> services{&quick, &slow};
  asio::io_context io;
  Watchdog watchdog(io, services, told);
  watchdog.start();
  while (!slow.waiting) io.run_one();
  for (int turn = 0; turn < 5; ++turn) io.run_one();
  CHECK(manager.next().empty());
  std::exchange(slow.waiting, nullptr)();
  while (!slow.waiting) io.run_one();  // asked anew, after the word
  CHECK(manager.next() == "WATCHDOG=1");
  CHECK(manager.next().empty());
  watchdog.stop();
  io.run();
}

TEST_CASE("watchdog: nobody watches") {
  SlowService slow;
  const std::vector<Service*> services{&slow};
  const ServiceManager told;
  asio::io_context io;
  Watchdog watchdog(io, services, told);
  watchdog.start();
  io.run();
  CHECK_FALSE(slow.waiting);
}

}  // namespace
}  // namespace strictmx
