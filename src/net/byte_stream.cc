#include "net/byte_stream.h"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <cerrno>

#include "net/stream_socket.h"

namespace strictmx {
namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// How many octets the system took at once; -1: the connection is lost.
std::ptrdiff_t send_now(StreamSocket& stream, std::string_view data) {
  const auto sent =
      ::send(stream.socket.native_handle(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) {
    ++stream.activity;
    return sent;
  }
  const bool later = errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
  return later ? 0 : -1;
}

}  // namespace

ByteStream::ByteStream(std::unique_ptr<StreamSocket> socket) : socket_(std::move(socket)) {}
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&&) noexcept = default;
ByteStream::~ByteStream() = default;

Task<std::size_t> ByteStream::read_some(std::span<char> into) {
  auto& stream = *socket_;
  if (stream.cancelled) co_return 0;
  const auto buffer = asio::buffer(into.data(), into.size());
  const auto done = co_await stream.socket.async_read_some(buffer, kTuple);
  if (std::get<0>(done) || stream.cancelled) co_return 0;
  ++stream.activity;
  co_return std::get<1>(done);
}

Task<bool> ByteStream::write_all(std::string_view data) {
  auto& stream = *socket_;
  while (!stream.cancelled && stream.socket.is_open()) {
    const auto sent = send_now(stream, data);
    if (sent < 0) co_return false;
    data.remove_prefix(static_cast<std::size_t>(sent));
    if (data.empty()) co_return true;
    const auto ready = co_await stream.socket.async_wait(StreamSocket::Socket::wait_write, kTuple);
    if (std::get<0>(ready)) co_return false;
  }
  co_return false;
}

void ByteStream::cancel() {
  socket_->cancelled = true;
  boost::system::error_code ignored;
  socket_->socket.cancel(ignored);
}

void ByteStream::close() {
  socket_->cancelled = true;
  boost::system::error_code ignored;
  socket_->socket.close(ignored);
}

}  // namespace strictmx
