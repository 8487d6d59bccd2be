#include "net/listen_socket.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/handed_over.h"
#include "net/socket_address.h"

namespace strictmx {
namespace {

bool set_flag(int descriptor, int level, int option) {
  const int on = 1;
  return ::setsockopt(descriptor, level, option, &on, sizeof on) == 0;
}

// 0 when the path is free to bind, if need be after removing a socket file nobody listens on.
int clear_stale_socket(const UnixEndpoint& local) {
  struct stat found{};
  if (::lstat(local.path.c_str(), &found) != 0) return errno == ENOENT ? 0 : errno;
  if (!S_ISSOCK(found.st_mode)) return EEXIST;
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return errno;
  auto address = socket_address(local);
  const bool refused =
      ::connect(probe.get(), address.get(), address.length) != 0 && errno == ECONNREFUSED;
  if (!refused) return EADDRINUSE;
  return ::unlink(local.path.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

}  // namespace

ListenSocket::ListenSocket(Descriptor descriptor, Endpoint endpoint)
    : descriptor_(std::move(descriptor)), local_(std::move(endpoint)) {}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      local_(other.local_),
      owns_file_(std::exchange(other.owns_file_, false)),
      file_device_(other.file_device_),
      file_inode_(other.file_inode_) {}

ListenSocket::~ListenSocket() {
  descriptor_.reset();
  if (!owns_file_) return;
  const auto& path = std::get<UnixEndpoint>(local_.where).path;
  struct stat found{};
  const bool ours = ::lstat(path.c_str(), &found) == 0 && found.st_dev == file_device_ &&
                    found.st_ino == file_inode_;
  if (ours) ::unlink(path.c_str());
}

std::unexpected<Error> ListenSocket::failed(int error) const {
  return fail(Errc::io, fmt::format("{}: {}", local_.text(), std::strerror(error)));
}

Result<void> ListenSocket::bind_inet(const InetEndpoint& inet) {
  set_flag(descriptor(), SOL_SOCKET, SO_REUSEADDR);
  set_flag(descriptor(), IPPROTO_TCP, TCP_NODELAY);  // accepted sockets inherit it
  if (!inet.address.is_v4()) set_flag(descriptor(), IPPROTO_IPV6, IPV6_V6ONLY);
  auto address = socket_address(inet);
  if (::bind(descriptor(), address.get(), address.length) != 0) return failed(errno);
  if (::getsockname(descriptor(), address.get(), &address.length) != 0) return failed(errno);
  // The port has the same place in both families' structures.
  const auto port = ntohs(reinterpret_cast<const sockaddr_in&>(address.storage).sin_port);
  local_.where = InetEndpoint{inet.address, port};
  return {};
}

Result<void> ListenSocket::bind_unix(const UnixEndpoint& local, unsigned mode) {
  if (const int error = clear_stale_socket(local); error != 0) return failed(error);
  auto address = socket_address(local);
  if (::bind(descriptor(), address.get(), address.length) != 0) return failed(errno);
  struct stat made{};
  if (::lstat(local.path.c_str(), &made) != 0) return failed(errno);
  owns_file_ = true;
  file_device_ = made.st_dev;
  file_inode_ = made.st_ino;
  if (::chmod(local.path.c_str(), static_cast<mode_t>(mode)) != 0) return failed(errno);
  return {};
}

Result<ListenSocket> ListenSocket::take(Descriptor descriptor) {
  SocketAddress address;
  address.length = sizeof address.storage;
  const bool known = ::getsockname(descriptor.get(), address.get(), &address.length) == 0;
  auto local = known ? endpoint_of(address.storage, address.length) : std::nullopt;
  if (!local) return fail(Errc::usage, "the socket handed over is of an unknown family");
  if (std::holds_alternative<InetEndpoint>(local->where)) {
    set_flag(descriptor.get(), IPPROTO_TCP, TCP_NODELAY);
  }
  return ListenSocket(std::move(descriptor), *std::move(local));
}

Result<ListenSocket> ListenSocket::open(const Endpoint& endpoint, unsigned unix_mode) {
  if (const auto* given = std::get_if<HandedOverEndpoint>(&endpoint.where)) {
    const auto descriptor = take_handed_over(given->name, SOCK_STREAM);
    if (!descriptor) return std::unexpected(descriptor.error());
    return take(Descriptor(*descriptor));
  }
  if (const auto descriptor = find_handed_over(socket_address(endpoint), SOCK_STREAM)) {
    return take(Descriptor(*descriptor));
  }
  const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  ListenSocket made(Descriptor(::socket(family_of(endpoint), type, 0)), endpoint);
  if (!made.descriptor_) return made.failed(errno);
  Result<void> bound;
  if (const auto* inet = std::get_if<InetEndpoint>(&endpoint.where)) {
    bound = made.bind_inet(*inet);
  } else {
    bound = made.bind_unix(std::get<UnixEndpoint>(endpoint.where), unix_mode);
  }
  if (!bound) return std::unexpected(bound.error());
  if (::listen(made.descriptor(), kListenBacklog) != 0) return made.failed(errno);
  return made;
}

bool concerns_peer(int error) {
  return error == ECONNABORTED || error == EINTR || error == EPROTO || error == ENETDOWN ||
         error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET || error == EHOSTUNREACH ||
         error == EOPNOTSUPP || error == ENETUNREACH || error == EPERM;
}

}  // namespace strictmx
