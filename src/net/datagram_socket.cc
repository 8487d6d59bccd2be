#include "net/datagram_socket.h"

#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "net/handed_over.h"
#include "net/socket_address.h"

namespace strictmx {

namespace {

constexpr std::size_t kAtOnce = 64;
constexpr std::size_t kMaxLeftBatches = 1024;  // received after stop()
constexpr std::string_view kHandedOver = "systemd:";

std::unexpected<Error> failed(const std::string& what, int error) {
  return fail(Errc::io, fmt::format("{}: {}", what, std::strerror(error)));
}

std::optional<unsigned> parse_unsigned(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<gid_t> find_group(const std::string& name) {
  if (const auto number = parse_unsigned(name)) return *number;
  errno = 0;
  const ::group* found = ::getgrnam(name.c_str());
  if (found == nullptr) return fail(Errc::usage, fmt::format("there is no group \"{}\"", name));
  return found->gr_gid;
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  return address;
}

// 0 when the path is free to bind, if need be after removing a socket file that nobody uses.
int clear_unused(const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return errno == ENOENT ? 0 : errno;
  if (!S_ISSOCK(found.st_mode)) return EEXIST;
  const Descriptor probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!probe) return errno;
  const auto address = address_of(path);
  const int connected =
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected == 0 || errno != ECONNREFUSED) return EADDRINUSE;
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

}  // namespace

class DatagramSocket::Impl {
 public:
  Impl(Descriptor socket, std::size_t max_bytes)
      : socket_(std::move(socket)),
        max_bytes_(max_bytes),
        // Not initialised: pages that no datagram reaches cost nothing.
        octets_(std::make_unique_for_overwrite<char[]>(kAtOnce * max_bytes)) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      pieces_[i] = iovec{octets_.get() + i * max_bytes, max_bytes};
      messages_[i].msg_hdr.msg_iov = &pieces_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }

  ~Impl() {
    struct stat found{};
    const bool ours = !path_.empty() && ::lstat(path_.c_str(), &found) == 0 &&
                      found.st_dev == device_ && found.st_ino == inode_;
    if (ours) ::unlink(path_.c_str());
  }

  Result<void> bind(const DatagramSocketOptions& options) {
    const std::string& path = options.where;
    if (const int error = clear_unused(path); error != 0) return failed(path, error);
    const auto address = address_of(path);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return failed(path, errno);
    }
    struct stat made{};
    if (::lstat(path.c_str(), &made) != 0) return failed(path, errno);
    path_ = path;
    device_ = made.st_dev;
    inode_ = made.st_ino;
    if (!options.group.empty()) {
      const auto group = find_group(options.group);
      if (!group) return std::unexpected(group.error());
      if (::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0) return failed(path, errno);
    }
    if (::chmod(path.c_str(), static_cast<mode_t>(options.mode)) != 0) return failed(path, errno);
    return {};
  }

  Result<std::span<const std::string_view>> receive() {
    for (;;) {
      const bool late = stopping_ && ++left_batches_ > kMaxLeftBatches;
      if (late) return std::span<const std::string_view>{};
      const int count = ::recvmmsg(socket_.get(), messages_.data(), kAtOnce, MSG_DONTWAIT, nullptr);
      if (count > 0) return views(static_cast<std::size_t>(count));
      if (count < 0 && errno != EAGAIN && errno != EINTR) return failed("recvmmsg", errno);
      if (stopping_) return std::span<const std::string_view>{};
      if (auto waited = wait(); !waited) return std::unexpected(waited.error());
    }
  }

  void stop() {
    stopping_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
  }

 private:
  Result<void> wait() {
    std::array<pollfd, 2> ready{pollfd{socket_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return failed("poll", errno);
    return {};
  }

  std::span<const std::string_view> views(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      views_[i] = std::string_view(octets_.get() + i * max_bytes_, messages_[i].msg_len);
    }
    return std::span(views_).first(count);
  }

  Descriptor socket_;
  Descriptor wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::size_t max_bytes_;
  std::unique_ptr<char[]> octets_;
  std::array<iovec, kAtOnce> pieces_{};
  std::array<mmsghdr, kAtOnce> messages_{};
  std::array<std::string_view, kAtOnce> views_{};
  std::atomic<bool> stopping_ = false;
  std::size_t left_batches_ = 0;
  std::string path_;  // of an own file
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

DatagramSocket::DatagramSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DatagramSocket::DatagramSocket(DatagramSocket&&) noexcept = default;
DatagramSocket::~DatagramSocket() = default;

Result<DatagramSocket> DatagramSocket::open(const DatagramSocketOptions& options) {
  if (options.where.starts_with(kHandedOver)) {
    const auto taken =
        take_handed_over(std::string_view(options.where).substr(kHandedOver.size()), SOCK_DGRAM);
    if (!taken) return std::unexpected(taken.error());
    return DatagramSocket(std::make_unique<Impl>(Descriptor(*taken), options.max_bytes));
  }
  if (!options.where.starts_with('/') || options.where.size() >= sizeof sockaddr_un::sun_path) {
    return fail(Errc::usage, fmt::format("{}: no absolute path of at most {} octets", options.where,
                                         sizeof sockaddr_un::sun_path - 1));
  }
  if (const auto taken =
          find_handed_over(socket_address(UnixEndpoint{options.where}), SOCK_DGRAM)) {
    return DatagramSocket(std::make_unique<Impl>(Descriptor(*taken), options.max_bytes));
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return failed(options.where, errno);
  auto impl = std::make_unique<Impl>(std::move(socket), options.max_bytes);
  if (auto bound = impl->bind(options); !bound) return std::unexpected(bound.error());
  return DatagramSocket(std::move(impl));
}

Result<std::span<const std::string_view>> DatagramSocket::receive() { return impl_->receive(); }

void DatagramSocket::stop() { impl_->stop(); }

std::optional<unsigned> read_datagram_queue_limit() {
  std::ifstream file("/proc/sys/net/unix/max_dgram_qlen");
  unsigned limit = 0;
  if (!(file >> limit)) return std::nullopt;
  return limit;
}

}  // namespace strictmx
