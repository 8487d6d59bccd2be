// bench/socket.h: sockets of the benchmark programs. Addresses are written as the daemon writes
// them: "inet:HOST:PORT" (numeric, IPv6 in brackets, port 0 for any) and "unix:PATH".
// Every socket is close-on-exec and, unless a function says otherwise, non-blocking; TCP ones have
// TCP_NODELAY.
// Failure: all functions end the program (bench/fail.h) unless they say otherwise.
#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace strictmx::bench {

// Owns one descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) : number_(number) {}
  Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  int get() const { return number_; }

 private:
  int number_ = -1;
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* data() const;
  sa_family_t family() const { return storage.ss_family; }
};

SocketAddress parse_address(std::string_view text);

// The IPv4 loopback address with this port in host order; 0 for any.
SocketAddress loopback(std::uint16_t port);

// A listening stream socket. The file of a unix socket is replaced.
Fd listen_on(const SocketAddress& address);

// A connected stream socket; the connection is made before this returns.
Fd connect_to(const SocketAddress& address);

// The same, but blocking afterwards.
Fd connect_blocking(const SocketAddress& address);

// A bound datagram socket. The result holds no descriptor when the port is taken.
Fd bind_datagram(const SocketAddress& address);

// The next waiting connection; no descriptor when there is none.
Fd accept_from(const Fd& listener);

// Port in host order of a bound inet socket; 0 for unix.
std::uint16_t port_of(const Fd& socket);

// epoll_ctl for callers that know what they have registered.
void watch(const Fd& epoll, int operation, int fd, std::uint32_t events, std::uint64_t data);

}  // namespace strictmx::bench
