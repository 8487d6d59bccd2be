// tls/test_loopback_server.h: what test servers have in common: a listening socket on a loopback
// address, a thread that accepts, and one for each connection, all of which end with the object.
// Used by tests only.
#pragma once
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace strictmx::test {

class LoopbackServer {
 public:
  // Runs on the connection's thread; the descriptor is closed after it. It may be called before
  // the constructor returns.
  using Speak = std::function<void(int fd)>;

  explicit LoopbackServer(Speak speak, const char* address = "127.0.0.1")
      : speak_(std::move(speak)) {
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
    listen_on(address);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    stopping_ = true;
    acceptor_.join();
    for (auto& speaker : speakers_) speaker.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  unsigned connections() const { return connections_; }
  unsigned most_at_once() const { return most_at_once_; }
  bool stopping() const { return stopping_; }

  // False when the server ends before anything comes.
  bool wait_readable(int fd) const {
    for (pollfd ready{fd, POLLIN, 0}; !stopping_;) {
      if (::poll(&ready, 1, 10) > 0) return true;
    }
    return false;
  }

 private:
  void listen_on(const char* text) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, text, &address.sin_addr);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    ::bind(listener_, generic, length);
    ::listen(listener_, 128);
    ::getsockname(listener_, generic, &length);
    port_ = ntohs(address.sin_port);
  }

  void accept_all() {
    while (wait_readable(listener_)) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      speakers_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    const unsigned now = ++at_once_;
    for (unsigned most = most_at_once_; now > most;) {
      if (most_at_once_.compare_exchange_weak(most, now)) break;
    }
    speak_(fd);
    --at_once_;
    ::close(fd);
  }

  const Speak speak_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<unsigned> connections_ = 0;
  std::atomic<unsigned> at_once_ = 0;
  std::atomic<unsigned> most_at_once_ = 0;
  std::vector<std::thread> speakers_;
  std::thread acceptor_;
};

}  // namespace strictmx::test
