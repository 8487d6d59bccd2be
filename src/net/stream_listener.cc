#include "net/stream_listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>

#include "net/listen_socket.h"
#include "net/stream_socket.h"

namespace strictmx {
namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr Millis kPause{100};            // when no descriptor is left
constexpr Seconds kComplaintPause{10};   // between two log lines about it
constexpr unsigned kBurst = 32;          // accepted in a row before others have their turn
constexpr unsigned kSweepsPerLimit = 4;  // the sweep runs every quarter of the idle limit

}  // namespace

struct StreamListener::State {
  State(asio::io_context& io_context, ListenSocket opened, const ListenOptions& listen_options,
        Log& log_to)
      : io(io_context),
        log(log_to),
        socket(std::move(opened)),
        local(socket->local()),
        readable(io, socket->descriptor()),
        pause(io),
        sweep_timer(io),
        options(listen_options) {}
  ~State() {
    if (readable.is_open()) readable.release();
  }

  // As accept4(2).
  int accept_one() const {
    return ::accept4(socket->descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  }
  std::optional<ByteStream> adopt(int descriptor);
  void complain(int error);
  void schedule_sweep();
  void sweep();

  asio::io_context& io;
  Log& log;
  std::optional<ListenSocket> socket;  // gone after stop()
  Endpoint local;
  asio::posix::stream_descriptor readable;  // a second name of the descriptor, never closes it
  asio::steady_timer pause;
  asio::steady_timer sweep_timer;
  ListenOptions options;
  SweepList streams;
  unsigned burst = 0;
  std::optional<MonoTime> complained;
};

std::optional<ByteStream> StreamListener::State::adopt(int descriptor) {
  auto stream = std::make_unique<StreamSocket>(io);
  const int family = std::holds_alternative<UnixEndpoint>(local.where)     ? AF_UNIX
                     : std::get<InetEndpoint>(local.where).address.is_v4() ? AF_INET
                                                                           : AF_INET6;
  boost::system::error_code error;
  stream->socket.assign(asio::generic::stream_protocol(family, 0), descriptor, error);
  if (error) {
    ::close(descriptor);
    complain(error.value());
    return std::nullopt;
  }
  streams.push_back(*stream);
  return ByteStream(std::move(stream));
}

void StreamListener::State::complain(int error) {
  const auto now = std::chrono::steady_clock::now();
  if (complained && now - *complained < kComplaintPause) return;
  complained = now;
  log.warning("accept_failed", {{"endpoint", local.text()}, {"reason", std::strerror(error)}});
}

void StreamListener::State::schedule_sweep() {
  if (options.idle_limit == Millis(0)) return;
  sweep_timer.expires_after(options.idle_limit / kSweepsPerLimit);
  sweep_timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // cancelled by the destructor: `this` is gone
    sweep();
    schedule_sweep();
  });
}

void StreamListener::State::sweep() {
  for (auto& stream : streams) {
    if (stream.activity != stream.swept_activity) {
      stream.swept_activity = stream.activity;
      stream.quiet_sweeps = 1;  // octets moved within the last quarter
    } else if (++stream.quiet_sweeps > kSweepsPerLimit) {
      stream.cancelled = true;
      boost::system::error_code ignored;
      stream.socket.cancel(ignored);
    }
  }
}

StreamListener::StreamListener(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->schedule_sweep();
}

StreamListener::~StreamListener() { stop(); }

Result<std::unique_ptr<StreamListener>> StreamListener::open(asio::io_context& io,
                                                             const Endpoint& endpoint,
                                                             const ListenOptions& options,
                                                             Log& log) {
  auto socket = ListenSocket::open(endpoint, options.unix_mode);
  if (!socket) return std::unexpected(socket.error());
  auto state = std::make_unique<State>(io, std::move(*socket), options, log);
  return std::unique_ptr<StreamListener>(new StreamListener(std::move(state)));
}

Task<std::optional<ByteStream>> StreamListener::accept() {
  while (state_->socket) {
    if (++state_->burst > kBurst) {
      state_->burst = 0;
      co_await asio::post(state_->io, asio::use_awaitable);
      continue;
    }
    const int descriptor = state_->accept_one();
    if (descriptor >= 0) {
      auto stream = state_->adopt(descriptor);
      if (stream) co_return stream;
      continue;
    }
    if (errno == EAGAIN) {
      state_->burst = 0;
      const auto ready =
          co_await state_->readable.async_wait(asio::posix::stream_descriptor::wait_read, kTuple);
      if (std::get<0>(ready)) co_return std::nullopt;
    } else if (!concerns_peer(errno)) {
      state_->complain(errno);
      state_->pause.expires_after(kPause);
      const auto waited = co_await state_->pause.async_wait(kTuple);
      if (std::get<0>(waited)) co_return std::nullopt;
    }
  }
  co_return std::nullopt;
}

void StreamListener::stop() {
  if (!state_->socket) return;
  state_->pause.cancel();
  state_->readable.release();
  state_->socket.reset();
}

std::vector<ByteStream> StreamListener::finish() {
  std::vector<ByteStream> waiting;
  for (int i = 0; state_->socket && i < kListenBacklog; ++i) {
    const int descriptor = state_->accept_one();
    if (descriptor >= 0) {
      if (auto stream = state_->adopt(descriptor)) waiting.push_back(*std::move(stream));
    } else if (!concerns_peer(errno)) {
      if (errno != EAGAIN) state_->complain(errno);
      break;
    }
  }
  stop();
  return waiting;
}

void StreamListener::cancel_streams() {
  for (auto& stream : state_->streams) {
    stream.cancelled = true;
    boost::system::error_code ignored;
    stream.socket.cancel(ignored);
  }
}

const Endpoint& StreamListener::local() const { return state_->local; }

}  // namespace strictmx
