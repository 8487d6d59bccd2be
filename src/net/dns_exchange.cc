#include "net/dns_exchange.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace strictmx {

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kLengthBytes = 2;

asio::ip::address address_of(const IpAddress& address) {
  const auto octets = address.octets();
  if (address.is_v4()) {
    asio::ip::address_v4::bytes_type bytes{};
    std::copy_n(octets.begin(), bytes.size(), bytes.begin());
    return asio::ip::address_v4(bytes);
  }
  asio::ip::address_v6::bytes_type bytes{};
  std::copy_n(octets.begin(), bytes.size(), bytes.begin());
  return asio::ip::address_v6(bytes);
}

}  // namespace

struct DnsExchange::Sockets {
  explicit Sockets(asio::io_context& io) : udp(io), tcp(io), timer(io) {}

  void close() {
    closed = true;
    boost::system::error_code ignored;
    udp.close(ignored);
    tcp.close(ignored);
  }

  asio::ip::udp::socket udp;
  asio::ip::tcp::socket tcp;
  asio::steady_timer timer;
  bool closed = false;
};

DnsExchange::DnsExchange(asio::io_context& io, Forwarder server, DnsQuestion question)
    : server_(server), question_(std::move(question)), sockets_(std::make_shared<Sockets>(io)) {}

DnsExchange::~DnsExchange() {
  sockets_->close();
  sockets_->timer.cancel();
}

void DnsExchange::cancel() { sockets_->close(); }

Task<std::optional<DnsExchangeReply>> DnsExchange::run(MonoTime deadline) {
  const Result<std::string> query = format_dns_query(question_);
  if (!query || sockets_->closed) co_return std::nullopt;
  sockets_->timer.expires_at(deadline);
  sockets_->timer.async_wait([sockets = sockets_](boost::system::error_code cancelled) {
    if (!cancelled) sockets->close();
  });
  std::optional<DnsExchangeReply> reply = co_await over_udp(*query);
  if (reply && reply->head.truncated && !sockets_->closed) {
    reply = co_await over_tcp(*query);
  }
  sockets_->timer.cancel();
  co_return reply;
}

Task<std::optional<DnsExchangeReply>> DnsExchange::over_udp(const std::string& query) {
  auto& socket = sockets_->udp;
  const asio::ip::udp::endpoint server(address_of(server_.address), server_.port);
  boost::system::error_code failed;
  socket.open(server.protocol(), failed);
  if (!failed) socket.connect(server, failed);
  if (failed) co_return std::nullopt;
  const auto sent = co_await socket.async_send(asio::buffer(query), kTuple);
  if (std::get<0>(sent)) co_return std::nullopt;
  std::array<char, 4096> buffer;
  while (!sockets_->closed) {
    const auto received = co_await socket.async_receive(asio::buffer(buffer), kTuple);
    if (std::get<0>(received)) co_return std::nullopt;
    std::string octets(buffer.data(), std::get<1>(received));
    auto head = read_dns_reply_head(octets, question_);
    if (head) co_return DnsExchangeReply{*std::move(head), std::move(octets)};
  }
  co_return std::nullopt;
}

// RFC 7766 §8: two octets of length before each message.
Task<std::optional<DnsExchangeReply>> DnsExchange::over_tcp(const std::string& query) {
  auto& socket = sockets_->tcp;
  const asio::ip::tcp::endpoint server(address_of(server_.address), server_.port);
  const auto connected = co_await socket.async_connect(server, kTuple);
  if (std::get<0>(connected)) co_return std::nullopt;
  std::string message{static_cast<char>(query.size() >> 8U),
                      static_cast<char>(query.size() & 0xffU)};
  message += query;
  const auto sent = co_await asio::async_write(socket, asio::buffer(message), kTuple);
  if (std::get<0>(sent)) co_return std::nullopt;
  std::array<unsigned char, kLengthBytes> length{};
  const auto begun = co_await asio::async_read(socket, asio::buffer(length), kTuple);
  if (std::get<0>(begun)) co_return std::nullopt;
  std::string octets(static_cast<std::size_t>(length[0]) << 8U | length[1], '\0');
  const auto read = co_await asio::async_read(socket, asio::buffer(octets), kTuple);
  if (std::get<0>(read)) co_return std::nullopt;
  auto head = read_dns_reply_head(octets, question_);
  if (!head || head->truncated) co_return std::nullopt;
  co_return DnsExchangeReply{*std::move(head), std::move(octets)};
}

}  // namespace strictmx
