#include "net/acceptor.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace strictmx {

namespace {

constexpr Millis kPause{100};           // when no descriptor is left
constexpr Seconds kComplaintPause{10};  // between two log lines about it
constexpr int kBurst = 32;              // accepted in a row before others have their turn

}  // namespace

Acceptor::Acceptor(EventLoop& loop, ListenSocket socket, Log& log)
    : loop_(loop),
      socket_(std::move(socket)),
      local_(socket_->local()),
      log_(log),
      pause_over_(loop, [this] { resume(); }) {}

Acceptor::~Acceptor() { stop(); }

Result<std::unique_ptr<Acceptor>> Acceptor::open(EventLoop& loop, const Endpoint& endpoint,
                                                 unsigned unix_mode, Log& log) {
  auto socket = ListenSocket::open(endpoint, unix_mode);
  if (!socket) return std::unexpected(socket.error());
  return std::unique_ptr<Acceptor>(new Acceptor(loop, *std::move(socket), log));
}

Result<void> Acceptor::start(OnAccept on_accept) {
  on_accept_ = std::move(on_accept);
  if (loop_.watch(socket_->descriptor(), EPOLLIN, *this)) return {};
  return fail(Errc::io, local_.text() + ": " + std::strerror(errno));
}

void Acceptor::stop() {
  if (!socket_) return;
  pause_over_.cancel();
  loop_.forget(socket_->descriptor(), *this);
  socket_.reset();
}

void Acceptor::finish() {
  accept_some(kListenBacklog);
  stop();
}

void Acceptor::on_ready(std::uint32_t) { accept_some(kBurst); }

void Acceptor::accept_some(int most) {
  for (int i = 0; socket_ && i < most; ++i) {
    const int descriptor =
        ::accept4(socket_->descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      on_accept_(descriptor);
    } else if (errno == EAGAIN) {
      return;
    } else if (!concerns_peer(errno)) {
      return pause(errno);
    }
  }
}

void Acceptor::pause(int error) {
  loop_.change(socket_->descriptor(), 0, *this);
  pause_over_.at(loop_.now() + kPause);
  if (complained_ && loop_.now() - *complained_ < kComplaintPause) return;
  complained_ = loop_.now();
  log_.warning("accept_failed", {{"endpoint", local_.text()}, {"reason", std::strerror(error)}});
}

void Acceptor::resume() {
  if (socket_) loop_.change(socket_->descriptor(), EPOLLIN, *this);
}

}  // namespace strictmx
