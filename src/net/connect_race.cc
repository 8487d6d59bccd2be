#include "net/connect_race.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace strictmx {

namespace {

constexpr Millis kStagger{250};  // RFC 8305 §5

// Starts to connect. The descriptor; -1 with errno.
int begin_connect(const IpAddress& address, std::uint16_t port) {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const auto* const octets = address.octets().data();
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, octets, sizeof v4.sin_addr);
    length = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, octets, sizeof v6.sin6_addr);
    length = sizeof v6;
  }
  const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  constexpr int kOn = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&storage), length) == 0) return fd;
  if (errno == EINPROGRESS) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

struct ConnectRace::Attempt {
  Attempt(ConnectRace& race, int fd)
      : descriptor(fd),
        watch(std::in_place, race.io_, fd, [&race, this](unsigned) { race.on_writable(*this); }) {
    watch->want(FdWatch::kWrite);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() {
    watch.reset();
    if (descriptor >= 0) ::close(descriptor);
  }

  int descriptor;
  std::optional<FdWatch> watch;
};

ConnectRace::ConnectRace(asio::io_context& io, std::vector<IpAddress> addresses, std::uint16_t port)
    : io_(io), addresses_(std::move(addresses)), port_(port), done_(io.get_executor()) {}

ConnectRace::~ConnectRace() = default;

Task<Connected> ConnectRace::run(MonoTime deadline) {
  if (!start_next()) end({-1, error_});
  for (;;) {
    const bool more = next_ < addresses_.size();
    const MonoTime next_at = std::chrono::steady_clock::now() + kStagger;
    const std::optional<Connected> ended =
        co_await done_.wait(more ? std::min(next_at, deadline) : deadline);
    if (ended) co_return *ended;
    if (std::chrono::steady_clock::now() >= deadline) break;
    start_next();
  }
  attempts_.clear();
  co_return Connected{};
}

void ConnectRace::cancel() { end({-1, ECANCELED}); }

// False: no address is left.
bool ConnectRace::start_next() {
  while (next_ < addresses_.size()) {
    const int fd = begin_connect(addresses_[next_++], port_);
    if (fd >= 0) {
      attempts_.push_back(std::make_unique<Attempt>(*this, fd));
      return true;
    }
    error_ = errno;
  }
  return false;
}

void ConnectRace::on_writable(Attempt& attempt) {
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(attempt.descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error == 0) {
    attempt.watch.reset();
    return end({std::exchange(attempt.descriptor, -1), 0});
  }
  error_ = error;
  std::erase_if(attempts_, [&](const auto& other) { return other.get() == &attempt; });
  if (!start_next() && attempts_.empty()) end({-1, error_});
}

void ConnectRace::end(Connected outcome) {
  if (done_.is_set() && outcome.descriptor >= 0) ::close(outcome.descriptor);
  next_ = addresses_.size();
  attempts_.clear();
  done_.set(outcome);
}

}  // namespace strictmx
