#include "net/outgoing_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/fd_watch.h"
#include "net/one_shot.h"
#include "net/socket_address.h"

namespace strictmx {
namespace {

// At once: no packet has left this machine.
ConnectStatus refused_here(int error) {
  switch (error) {
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return ConnectStatus::no_route;
    case ECONNREFUSED:
      return ConnectStatus::refused;
    default:
      return ConnectStatus::local;
  }
}

ConnectStatus refused_there(int error) {
  switch (error) {
    case ECONNREFUSED:
      return ConnectStatus::refused;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EACCES:
    case EPERM:
      return ConnectStatus::unreachable;
    case ETIMEDOUT:
      return ConnectStatus::timeout;
    case ECONNRESET:
    case EPIPE:
      return ConnectStatus::reset;
    default:
      return ConnectStatus::local;
  }
}

bool has_peer(int fd) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
}

}  // namespace

struct OutgoingStream::State {
  explicit State(asio::io_context& context) : io(context) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { close_now(); }

  void adopt(int descriptor) {
    fd = descriptor;
    watch.emplace(io, fd, [this](unsigned) {
      watch->want(0);
      if (waiting != nullptr) waiting->set(true);
    });
  }
  void close_now() {
    tls.reset();
    watch.reset();
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }

  asio::io_context& io;
  int fd = -1;
  std::optional<FdWatch> watch;
  OneShot<bool>* waiting = nullptr;  // in the frame of ready()
  bool cancelled = false;
  std::optional<TlsClient> tls;
};

OutgoingStream::OutgoingStream(asio::io_context& io) : state_(std::make_unique<State>(io)) {}
OutgoingStream::~OutgoingStream() = default;

Task<bool> OutgoingStream::ready(TlsWant want, MonoTime deadline) {
  auto& state = *state_;
  if (state.cancelled) co_return false;
  OneShot<bool> signal(state.io.get_executor());
  state.waiting = &signal;
  state.watch->want(want == TlsWant::write ? FdWatch::kWrite : FdWatch::kRead);
  const auto came = co_await signal.wait(deadline);
  state.waiting = nullptr;
  state.watch->want(0);
  co_return came.value_or(false);
}

Task<ConnectFacts> OutgoingStream::connect(IpAddress address, std::uint16_t port,
                                           MonoTime deadline) {
  return connect(Endpoint{InetEndpoint{address, port}}, deadline);
}

Task<ConnectFacts> OutgoingStream::connect(Endpoint peer, MonoTime deadline) {
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = [begin](ConnectStatus status, int error) {
    const auto time = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
    return ConnectFacts{status, error == 0 ? "" : std::strerror(error), time};
  };
  const int fd = ::socket(family_of(peer), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) co_return outcome(refused_here(errno), errno);
  constexpr int kOn = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);  // a unix socket refuses it
  auto to = socket_address(peer);
  const bool begun = ::connect(fd, to.get(), to.length) == 0 || errno == EINPROGRESS;
  const int refusal = begun ? 0 : errno;
  state_->adopt(fd);
  if (!begun) co_return outcome(refused_here(refusal), refusal);
  while (true) {
    const bool in_time = co_await ready(TlsWant::write, deadline);
    if (!in_time) co_return outcome(ConnectStatus::timeout, ETIMEDOUT);
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error != 0) co_return outcome(refused_there(error), error);
    // A readiness without a cause must not count as a connection.
    if (has_peer(fd)) co_return outcome(ConnectStatus::connected, 0);
  }
}

Task<StreamRead> OutgoingStream::read_some(std::span<char> into, MonoTime deadline) {
  auto& state = *state_;
  while (state.fd >= 0) {
    TlsProgress progress;
    if (state.tls) {
      progress = state.tls->read(into);
    } else {
      const auto got = ::recv(state.fd, into.data(), into.size(), 0);
      if (got > 0) progress.octets = static_cast<std::size_t>(got);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) progress.want = TlsWant::read;
    }
    if (progress.octets > 0) co_return StreamRead{StreamStatus::octets, progress.octets};
    if (progress.want == TlsWant::nothing) break;
    const bool in_time = co_await ready(progress.want, deadline);
    if (!in_time) co_return StreamRead{StreamStatus::timeout, 0};
  }
  co_return StreamRead{StreamStatus::closed, 0};
}

Task<StreamStatus> OutgoingStream::write_all(std::string_view data, MonoTime deadline) {
  auto& state = *state_;
  while (state.fd >= 0 && !data.empty()) {
    TlsProgress progress;
    if (state.tls) {
      progress = state.tls->write(data);
    } else {
      const auto put = ::send(state.fd, data.data(), data.size(), MSG_NOSIGNAL);
      if (put > 0) progress.octets = static_cast<std::size_t>(put);
      if (put < 0 && (errno == EAGAIN || errno == EINTR)) progress.want = TlsWant::write;
    }
    data.remove_prefix(progress.octets);
    if (progress.octets > 0) continue;
    if (progress.want == TlsWant::nothing) break;
    const bool in_time = co_await ready(progress.want, deadline);
    if (!in_time) co_return StreamStatus::timeout;
  }
  co_return data.empty() ? StreamStatus::octets : StreamStatus::closed;
}

Task<TlsFacts> OutgoingStream::start_tls(const TlsClientContext& context, TlsClientOptions options,
                                         MonoTime deadline) {
  const auto begin = std::chrono::steady_clock::now();
  auto& state = *state_;
  TlsFacts failed;
  failed.status = HandshakeStatus::local;
  failed.server_name = options.server_name;
  auto client = TlsClient::create(context, state.fd, options);
  if (!client) {
    failed.detail = client.error().detail;
    co_return failed;
  }
  state.tls.emplace(std::move(*client));
  for (;;) {
    const auto want = state.tls->handshake();
    if (want == TlsWant::nothing) break;
    const bool in_time = co_await ready(want, deadline);
    if (in_time) continue;
    failed.status = HandshakeStatus::timeout;
    failed.detail = "no end of the handshake";
    failed.time = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
    co_return failed;
  }
  auto facts = state.tls->facts();
  facts.time = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
  co_return facts;
}

std::vector<std::string> OutgoingStream::certificates() const {
  return state_->tls ? state_->tls->certificates() : std::vector<std::string>();
}

HandshakeStatus OutgoingStream::tls_status() const {
  return state_->tls ? state_->tls->facts().status : HandshakeStatus::not_tried;
}

std::optional<IpAddress> OutgoingStream::local_address() const {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* const generic = reinterpret_cast<sockaddr*>(&storage);
  if (state_->fd < 0 || ::getsockname(state_->fd, generic, &length) != 0) return std::nullopt;
  if (storage.ss_family == AF_INET) {
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &reinterpret_cast<sockaddr_in&>(storage).sin_addr, 4);
    return IpAddress::v4(octets);
  }
  if (storage.ss_family != AF_INET6) return std::nullopt;
  std::array<std::uint8_t, 16> octets{};
  std::memcpy(octets.data(), &reinterpret_cast<sockaddr_in6&>(storage).sin6_addr, 16);
  return IpAddress::v6(octets);
}

void OutgoingStream::cancel() {
  state_->cancelled = true;
  if (state_->waiting != nullptr) state_->waiting->set(false);
}

void OutgoingStream::close() {
  if (state_->tls) state_->tls->close_notify();
  state_->close_now();
}

}  // namespace strictmx
