// net/test_support.h: blocking sockets, a log that remembers, and a runner for coroutines.
// Included by the tests of this folder only.
#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/time.h"
#include "net/asio.h"
#include "net/endpoint.h"

namespace strictmx::test {

class MemoryLog : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::span<const LogField>) override {
    events.emplace_back(event);
  }
  std::vector<std::string> events;
};

// A directory that goes away with the object.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "strictmx-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A socket of 127.0.0.1 with a port of the system's choice.
inline Descriptor bind_loopback(int type, std::uint16_t& port) {
  Descriptor fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd.get(), generic, length) != 0) return Descriptor();
  ::getsockname(fd.get(), generic, &length);
  port = ntohs(address.sin_port);
  return fd;
}

// A blocking client connection; -1 inside when refused. Reads give up after five seconds.
inline Descriptor connect_to(const Endpoint& endpoint) {
  sockaddr_storage storage{};
  socklen_t length = 0;
  if (const auto* local = std::get_if<UnixEndpoint>(&endpoint.where)) {
    auto& address = reinterpret_cast<sockaddr_un&>(storage);
    address.sun_family = AF_UNIX;
    std::ranges::copy(local->path, address.sun_path);
    length = sizeof address;
  } else {
    const auto& inet = std::get<InetEndpoint>(endpoint.where);
    const auto& octets = inet.address.octets();
    if (inet.address.is_v4()) {
      auto& address = reinterpret_cast<sockaddr_in&>(storage);
      address.sin_family = AF_INET;
      address.sin_port = htons(inet.port);
      std::copy_n(octets.data(), 4, reinterpret_cast<std::uint8_t*>(&address.sin_addr));
      length = sizeof address;
    } else {
      auto& address = reinterpret_cast<sockaddr_in6&>(storage);
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(inet.port);
      std::copy_n(octets.data(), 16, reinterpret_cast<std::uint8_t*>(&address.sin6_addr));
      length = sizeof address;
    }
  }
  Descriptor fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{5, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), length) != 0) return Descriptor();
  return fd;
}

inline bool send_all(const Descriptor& fd, std::string_view data) {
  while (!data.empty()) {
    const auto sent = ::send(fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Up to `count` octets; fewer when the peer closed or five seconds passed.
inline std::string receive(const Descriptor& fd, std::size_t count) {
  std::string data(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const auto got = ::recv(fd.get(), data.data() + have, count - have, 0);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  data.resize(have);
  return data;
}

// Everything until the peer closes.
inline std::string receive_rest(const Descriptor& fd) { return receive(fd, 1U << 20); }

template <class T>
Task<void> store_result(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}

// Runs the loop until the task is done, for at most ten seconds.
template <class T>
std::optional<T> run_task(asio::io_context& io, Task<T> task) {
  std::optional<T> out;
  asio::co_spawn(io, store_result(std::move(task), out), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  const auto limit = std::chrono::steady_clock::now() + Seconds(10);
  io.restart();
  while (!out && !io.stopped() && std::chrono::steady_clock::now() < limit)
    io.run_one_for(Millis(100));
  return out;
}

inline MonoTime in(Millis time) { return std::chrono::steady_clock::now() + time; }

}  // namespace strictmx::test
