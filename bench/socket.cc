#include "bench/socket.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "bench/fail.h"

namespace strictmx::bench {
namespace {

constexpr int kBacklog = 4096;

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    fail(fmt::format("not a port: {}", text));
  }
  return port;
}

template <typename Sockaddr>
SocketAddress wrap(const Sockaddr& specific) {
  SocketAddress address;
  std::memcpy(&address.storage, &specific, sizeof specific);
  address.length = sizeof specific;
  return address;
}

SocketAddress parse_inet(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) fail(fmt::format("no port in inet:{}", text));
  const std::uint16_t port = parse_port(text.substr(colon + 1));
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return wrap(v6);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return wrap(v4);
  }
  fail(fmt::format("not a numeric address: {}", host));
}

SocketAddress parse_unix(std::string_view path) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof un.sun_path) fail("unix: path is empty or too long");
  path.copy(un.sun_path, path.size());
  return wrap(un);
}

Fd open_socket(sa_family_t family, int type) {
  Fd fd(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) fail_errno("socket");
  return fd;
}

void set_option(const Fd& fd, int level, int name) {
  const int on = 1;
  if (setsockopt(fd.get(), level, name, &on, sizeof on) != 0) fail_errno("setsockopt");
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Fd::~Fd() {
  if (number_ >= 0) close(number_);
}

const sockaddr* SocketAddress::data() const { return reinterpret_cast<const sockaddr*>(&storage); }

SocketAddress parse_address(std::string_view text) {
  if (text.starts_with("inet:")) return parse_inet(text.substr(5));
  if (text.starts_with("unix:")) return parse_unix(text.substr(5));
  fail(fmt::format("want inet:HOST:PORT or unix:PATH, got {}", text));
}

SocketAddress loopback(std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return wrap(v4);
}

Fd listen_on(const SocketAddress& address) {
  Fd fd = open_socket(address.family(), SOCK_STREAM);
  if (address.family() == AF_UNIX) {
    unlink(reinterpret_cast<const sockaddr_un*>(&address.storage)->sun_path);
  } else {
    set_option(fd, SOL_SOCKET, SO_REUSEADDR);
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);  // inherited by accepted sockets
  }
  if (bind(fd.get(), address.data(), address.length) != 0) fail_errno("bind");
  if (listen(fd.get(), kBacklog) != 0) fail_errno("listen");
  return fd;
}

Fd connect_blocking(const SocketAddress& address) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) fail_errno("socket");
  if (connect(fd.get(), address.data(), address.length) != 0) fail_errno("connect");
  if (address.family() != AF_UNIX) set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

Fd connect_to(const SocketAddress& address) {
  // Blocking until connected: a full backlog of a unix socket would otherwise be EAGAIN.
  Fd fd = connect_blocking(address);
  int on = 1;
  if (ioctl(fd.get(), FIONBIO, &on) != 0) fail_errno("ioctl");
  return fd;
}

Fd bind_datagram(const SocketAddress& address) {
  Fd fd = open_socket(address.family(), SOCK_DGRAM);
  if (bind(fd.get(), address.data(), address.length) == 0) return fd;
  if (errno == EADDRINUSE) return {};
  fail_errno("bind");
}

Fd accept_from(const Fd& listener) {
  return Fd(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

std::uint16_t port_of(const Fd& socket) {
  SocketAddress address;
  address.length = sizeof address.storage;
  auto* raw = reinterpret_cast<sockaddr*>(&address.storage);
  if (getsockname(socket.get(), raw, &address.length) != 0) fail_errno("getsockname");
  if (address.family() == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
  }
  if (address.family() == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port);
  }
  return 0;
}

void watch(const Fd& epoll, int operation, int fd, std::uint32_t events, std::uint64_t data) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = data;
  if (epoll_ctl(epoll.get(), operation, fd, &event) != 0) fail_errno("epoll_ctl");
}

}  // namespace strictmx::bench
