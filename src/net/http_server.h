// net/http_server.h: a small HTTP/1.1 server for operators: metrics, health, and the JSON API. Not
// for the open Internet. Source: RFC 9110, RFC 9112; parsed by Boost.Beast.
// Limits: 64 connections (one more is closed at once), header 8 KiB, body HttpOptions::max_body,
// 10 s from the first octet of a request to its last, HttpOptions::idle without any octet.
// One object belongs to one io_context and is used from its thread only; the handler runs there.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "net/asio.h"
#include "net/endpoint.h"

namespace strictmx {

constexpr Millis kHttpFarewell{500};

struct HttpRequest {
  std::string method;  // GET and POST; HEAD is answered from GET
  std::string target;  // path and query, as sent
  std::string body;
};

struct HttpResponse {
  unsigned status;
  std::string content_type;
  std::string body;
};

// May wait, with a deadline of its own, and must not throw for what a client sends. What the
// coroutine refers to must outlive the server.
using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;

struct HttpOptions {
  std::uint64_t max_body = 65536;
  Seconds idle{30};           // the handler must answer within it
  unsigned unix_mode = 0666;  // permissions of a unix socket
};

class HttpServer {
 public:
  // `where`: "127.0.0.1:8462", "[::1]:8462", or an endpoint "inet:…", "unix:PATH",
  // "systemd:NAME".
  // Errors: Errc::usage, Errc::io. The log must outlive the server.
  static Result<std::unique_ptr<HttpServer>> listen(asio::io_context& io, std::string_view where,
                                                    HttpHandler handler, Log& log,
                                                    HttpOptions options = {});
  // After stop(), when the io_context has run its handlers or will run no more.
  ~HttpServer();

  // Takes no more connections and closes those there are.
  void stop();

  // Takes who has connected and no more; each is closed after its next response, those without a
  // request in hand after kHttpFarewell. Until connections() is 0 the io_context must run.
  void finish();

  std::size_t connections() const;

  // With the port the system chose.
  const Endpoint& local() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
