#include "net/handed_over.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "net/socket_address.h"

namespace strictmx {

namespace {

constexpr int kFirst = 3;      // SD_LISTEN_FDS_START
constexpr int kMaxCount = 64;  // of sockets; further ones are not looked at

std::string variable(const char* which) {
  const char* value = std::getenv(which);
  return value != nullptr ? value : "";
}

int count_handed_over() {
  if (variable("LISTEN_PID") != std::to_string(::getpid())) return 0;
  const std::string text = variable("LISTEN_FDS");
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 0) return 0;
  return count < kMaxCount ? count : kMaxCount;
}

bool has_option(int fd, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

std::optional<SocketAddress> bound_to(int fd) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (::getsockname(fd, address.get(), &address.length) != 0) return std::nullopt;
  return address;
}

bool is_of_type(int fd, int type) {
  if (!has_option(fd, SO_TYPE, type)) return false;
  if (type == SOCK_STREAM) return has_option(fd, SO_ACCEPTCONN, 1);
  const auto address = bound_to(fd);
  return address && address->storage.ss_family == AF_UNIX;
}

bool same_place(const sockaddr_storage& a, const sockaddr_storage& b) {
  if (a.ss_family != b.ss_family) return false;
  if (a.ss_family == AF_UNIX) {
    const auto& one = reinterpret_cast<const sockaddr_un&>(a);
    const auto& other = reinterpret_cast<const sockaddr_un&>(b);
    return std::strncmp(one.sun_path, other.sun_path, sizeof one.sun_path) == 0;
  }
  if (a.ss_family == AF_INET) {
    const auto& one = reinterpret_cast<const sockaddr_in&>(a);
    const auto& other = reinterpret_cast<const sockaddr_in&>(b);
    return one.sin_port == other.sin_port && one.sin_addr.s_addr == other.sin_addr.s_addr;
  }
  const auto& one = reinterpret_cast<const sockaddr_in6&>(a);
  const auto& other = reinterpret_cast<const sockaddr_in6&>(b);
  return one.sin6_port == other.sin6_port &&
         std::memcmp(&one.sin6_addr, &other.sin6_addr, sizeof one.sin6_addr) == 0;
}

// As a socket of our own: programs that we start do not get it.
int take(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

}  // namespace

Result<int> take_handed_over(std::string_view name, int type) {
  const std::string all = variable("LISTEN_FDNAMES");
  const auto names = split(all, ':');
  const int count = count_handed_over();
  std::optional<int> found;
  for (int i = 0; i < count && static_cast<std::size_t>(i) < names.size(); ++i) {
    const int fd = kFirst + i;
    if (names[static_cast<std::size_t>(i)] != name || !is_of_type(fd, type)) continue;
    if (found) {
      return fail(Errc::usage,
                  fmt::format("several sockets \"{}\" were handed over: each needs its own "
                              "FileDescriptorName",
                              name));
    }
    found = fd;
  }
  if (found) return take(*found);
  return fail(Errc::usage, fmt::format("no {} socket \"{}\" was handed over",
                                       type == SOCK_DGRAM ? "datagram" : "listening", name));
}

std::optional<int> find_handed_over(const SocketAddress& address, int type) {
  const int count = count_handed_over();
  for (int fd = kFirst; fd < kFirst + count; ++fd) {
    if (!is_of_type(fd, type)) continue;
    const auto bound = bound_to(fd);
    if (bound && same_place(bound->storage, address.storage)) return take(fd);
  }
  return std::nullopt;
}

std::vector<std::string> unused_handed_over() {
  const std::string all = variable("LISTEN_FDNAMES");
  const auto names = split(all, ':');
  std::vector<std::string> unused;
  const int count = count_handed_over();
  for (int i = 0; i < count; ++i) {
    const int flags = ::fcntl(kFirst + i, F_GETFD);
    if (flags < 0 || (flags & FD_CLOEXEC) != 0) continue;
    const auto at = static_cast<std::size_t>(i);
    unused.emplace_back(at < names.size() ? names[at] : std::string_view("unknown"));
  }
  return unused;
}

}  // namespace strictmx
