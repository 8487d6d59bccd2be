#include "net/http_server.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "base/time.h"
#include "net/spawn.h"
#include "net/stream_listener.h"

namespace strictmx {

namespace {

namespace http = boost::beast::http;
using RequestParser = http::request_parser<http::string_body>;

constexpr std::size_t kMaxConnections = 64;
constexpr std::uint32_t kMaxHeader = 8192;
constexpr Seconds kRequestTime{10};

std::string_view phrase(unsigned status) {
  const auto text = http::obsolete_reason(http::int_to_status(status));
  return {text.data(), text.size()};
}

enum class After : std::uint8_t { keep, close };
enum class Payload : std::uint8_t { send, omit };  // omit: a HEAD request

std::string serialize(const HttpResponse& response, After after, Payload payload) {
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{}\r\n",
      response.status, phrase(response.status), response.content_type, response.body.size(),
      after == After::close ? "Connection: close\r\n" : "");
  if (payload == Payload::send) text += response.body;
  return text;
}

HttpResponse plain(unsigned status) {
  return {status, "text/plain; charset=utf-8", fmt::format("{}\n", phrase(status))};
}

unsigned status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(asio::io_context& io, std::unique_ptr<StreamListener> listener, HttpHandler handler,
       std::uint64_t max_body, Log& log)
      : io_(io),
        listener_(std::move(listener)),
        farewell_(io),
        handler_(std::move(handler)),
        max_body_(max_body),
        log_(log) {}

  void start() {
    Task<void> task = accept_all(*this);
    spawn(io_, std::move(task));
  }

  void stop() {
    listener_->stop();
    listener_->cancel_streams();
  }

  void finish() {
    finishing_ = true;
    for (ByteStream& stream : listener_->finish()) take(std::move(stream));
    farewell_.expires_after(kHttpFarewell);
    farewell_.async_wait([this](const boost::system::error_code& error) {
      if (!error) listener_->cancel_streams();  // else `this` may be gone
    });
  }

  std::size_t connections() const { return connections_; }

  const Endpoint& local() const { return listener_->local(); }

 private:
  static Task<void> accept_all(Impl& self) {
    for (;;) {
      std::optional<ByteStream> stream = co_await self.listener_->accept();
      if (!stream) co_return;
      self.take(*std::move(stream));
    }
  }

  // Counts from here on: connections() must not be 0 before serve() has begun.
  void take(ByteStream stream) {
    if (connections_ >= kMaxConnections) return;
    ++connections_;
    Task<void> task = serve(*this, std::move(stream));
    spawn(io_, std::move(task));
  }

  static Task<void> serve(Impl& self, ByteStream stream) {
    try {
      std::string held;
      bool more = true;
      while (more) {
        more = co_await serve_one(self, stream, held);
      }
    } catch (const std::exception& bug) {
      self.log_.error("http_bug", {{"what", bug.what()}});
    }
    --self.connections_;
  }

  // False: the connection is to be closed. `held` keeps octets of the next request.
  static Task<bool> serve_one(Impl& self, ByteStream& stream, std::string& held) {
    RequestParser parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(self.max_body_);
    parser.eager(true);
    std::optional<MonoTime> began;
    while (!parser.is_done()) {
      boost::system::error_code error;
      const std::size_t used = parser.put(asio::buffer(held), error);
      held.erase(0, used);
      if (error && error != http::error::need_more) {
        const std::string refusal = serialize(plain(status_of(error)), After::close, Payload::send);
        co_await stream.write_all(refusal);
        co_return false;
      }
      if (parser.is_done()) break;
      std::array<char, 4096> buffer;
      const std::size_t size = co_await stream.read_some(buffer);
      const MonoTime now = SystemClock().now().mono;
      if (size == 0 || now - began.value_or(now) > kRequestTime) co_return false;
      if (!began) began = now;
      held.append(buffer.data(), size);
    }
    const After after = parser.keep_alive() && !self.finishing_ ? After::keep : After::close;
    const std::string response = co_await respond(self, parser.release(), after);
    const bool written = co_await stream.write_all(response);
    co_return written&& after == After::keep;
  }

  static Task<std::string> respond(Impl& self, http::request<http::string_body> request,
                                   After after) {
    const auto method = request.method();
    const Payload payload = method == http::verb::head ? Payload::omit : Payload::send;
    if (method != http::verb::get && method != http::verb::head && method != http::verb::post) {
      co_return serialize(plain(405), after, payload);
    }
    const auto target = request.target();
    HttpRequest asked{method == http::verb::post ? "POST" : "GET",
                      std::string(target.data(), target.size()), std::move(request.body())};
    const HttpResponse response = co_await self.handler_(std::move(asked));
    co_return serialize(response, after, payload);
  }

  asio::io_context& io_;
  std::unique_ptr<StreamListener> listener_;
  asio::steady_timer farewell_;
  bool finishing_ = false;
  HttpHandler handler_;
  std::uint64_t max_body_;
  Log& log_;
  std::size_t connections_ = 0;
};

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& io, std::string_view where,
                                                       HttpHandler handler, Log& log,
                                                       HttpOptions options) {
  const bool complete =
      where.starts_with("inet:") || where.starts_with("unix:") || where.starts_with("systemd:");
  const auto endpoint =
      Endpoint::parse(complete ? std::string(where) : "inet:" + std::string(where));
  if (!endpoint) return std::unexpected(endpoint.error());
  const ListenOptions how{options.unix_mode, options.idle};
  auto listener = StreamListener::open(io, *endpoint, how, log);
  if (!listener) return std::unexpected(listener.error());
  auto impl =
      std::make_unique<Impl>(io, *std::move(listener), std::move(handler), options.max_body, log);
  impl->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
void HttpServer::stop() { impl_->stop(); }
void HttpServer::finish() { impl_->finish(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }
const Endpoint& HttpServer::local() const { return impl_->local(); }

}  // namespace strictmx
