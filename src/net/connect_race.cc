#include "net/connect_race.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace strictmx {

namespace {

constexpr Millis kStagger{250};  // RFC 8305 §5

// Starts to connect; nothing, with errno, where that failed at once.
Descriptor begin_connect(const IpAddress& address, std::uint16_t port) {
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
  Descriptor fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  constexpr int kOn = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  const int status = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length);
  if (status != 0 && errno != EINPROGRESS) fd.reset();
  return fd;
}

}  // namespace

struct ConnectRace::Attempt {
  Attempt(ConnectRace& race, Descriptor fd)
      : descriptor(std::move(fd)),
        watch(std::in_place, race.io_, descriptor.get(),
              [&race, this](unsigned) { race.on_writable(*this); }) {
    watch->want(FdWatch::kWrite);
  }

  Descriptor descriptor;
  std::optional<FdWatch> watch;
};

ConnectRace::ConnectRace(asio::io_context& io, std::vector<IpAddress> addresses, std::uint16_t port)
    : io_(io), addresses_(std::move(addresses)), port_(port), done_(io.get_executor()) {}

ConnectRace::~ConnectRace() = default;

Task<Connected> ConnectRace::run(MonoTime deadline) {
  if (!start_next()) end({Descriptor(), error_});
  for (;;) {
    const bool more = next_ < addresses_.size();
    const MonoTime next_at = std::chrono::steady_clock::now() + kStagger;
    std::optional<Connected> ended =
        co_await done_.wait(more ? std::min(next_at, deadline) : deadline);
    if (ended) co_return *std::move(ended);
    if (std::chrono::steady_clock::now() >= deadline) break;
    start_next();
  }
  attempts_.clear();
  co_return Connected{};
}

void ConnectRace::cancel() { end({Descriptor(), ECANCELED}); }

// False: no address is left.
bool ConnectRace::start_next() {
  while (next_ < addresses_.size()) {
    Descriptor fd = begin_connect(addresses_[next_++], port_);
    if (fd) {
      attempts_.push_back(std::make_unique<Attempt>(*this, std::move(fd)));
      return true;
    }
    error_ = errno;
  }
  return false;
}

void ConnectRace::on_writable(Attempt& attempt) {
  int error = 0;
  socklen_t length = sizeof error;
  const int status = ::getsockopt(attempt.descriptor.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (status != 0) error = errno;
  if (error == 0) {
    attempt.watch.reset();
    return end({std::move(attempt.descriptor), 0});
  }
  error_ = error;
  std::erase_if(attempts_, [&](const auto& other) { return other.get() == &attempt; });
  if (!start_next() && attempts_.empty()) end({Descriptor(), error_});
}

void ConnectRace::end(Connected outcome) {
  next_ = addresses_.size();
  attempts_.clear();
  done_.set(std::move(outcome));
}

}  // namespace strictmx
