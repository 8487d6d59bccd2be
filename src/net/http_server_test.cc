#include "net/http_server.h"

#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <thread>

#include "net/test_support.h"

namespace strictmx {

namespace {

Task<HttpResponse> respond(HttpRequest request) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
  if (request.target == "/metrics") co_return HttpResponse{200, "text/plain", "up 1\n"};
  if (request.method == "POST") co_return HttpResponse{200, "text/plain", request.body};
  co_return HttpResponse{404, "text/plain", "not found\n"};
}

// A server on its own thread and port; ends with the object.
class Running {
 public:
  Running() {
    auto made = HttpServer::listen(io_, "127.0.0.1:0", respond, log_);
    REQUIRE(made);
    server_ = *std::move(made);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Running() {
    asio::post(io_, [this] {
      server_->stop();
      asio::post(io_, [this] { io_.stop(); });
    });
    thread_.join();
  }

  // Sends all octets, shuts down nothing, reads until the server closes or `expect` has come.
  std::string talk(std::string_view request, std::string_view expect) {
    return talk_on(connect(), request, expect);
  }

  Descriptor connect() { return test::connect_to(server_->local()); }

  // From now on each connection ends after its next response. `before` runs while nothing is
  // accepted. The number of connections that remain.
  std::size_t finish(const std::function<void()>& before = [] {}) {
    std::promise<std::size_t> left;
    asio::post(io_, [&] {
      before();
      server_->finish();
      left.set_value(server_->connections());
    });
    return left.get_future().get();
  }

  static std::string talk_on(const Descriptor& fd, std::string_view request,
                             std::string_view expect) {
    REQUIRE(test::send_all(fd, request));
    std::string got;
    while (got.find(expect) == std::string::npos) {
      const std::string more = test::receive(fd, 1);
      if (more.empty()) break;
      got += more;
    }
    return got;
  }

 private:
  asio::io_context io_;
  test::MemoryLog log_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("the HTTP server answers, keeps alive, and refuses what is too much") {
  Running server;
  struct Row {
    const char* name;
    std::string request;
    const char* expect;
  };
  const std::string host = " HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::vector<Row> rows = {
      {"found", "GET /metrics" + host, "up 1\n"},
      {"not found", "GET /other" + host, "HTTP/1.1 404 Not Found"},
      {"pipelined", "GET /other" + host + "GET /metrics" + host, "up 1\n"},
      {"post", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {"method", "DELETE /metrics" + host, "HTTP/1.1 405 "},
      {"garbage", "\x16\x03\x01 hello\r\n\r\n", "HTTP/1.1 400 "},
      {"header too large", "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n",
       "HTTP/1.1 431 "},
      {"body too large", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n",
       "HTTP/1.1 413 "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(server.talk(row.request, row.expect).find(row.expect) != std::string::npos);
  }
}

TEST_CASE("HEAD has the header of GET and no body") {
  Running server;
  const std::string got =
      server.talk("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "\r\n\r\nup");
  CHECK(got.find("Content-Length: 5") != std::string::npos);
  CHECK(got.ends_with("\r\n\r\n"));
}

TEST_CASE("finishing answers those who are there once more, and waits for nobody for long") {
  Running server;
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  const Descriptor mta = server.connect();
  const Descriptor silent = server.connect();
  for (const auto* fd : {&mta, &silent}) {
    CHECK(Running::talk_on(*fd, request, "up 1\n").find("close") == std::string::npos);
  }
  server.finish();
  const std::string last = Running::talk_on(mta, request, "nothing, so that it reads to the end");
  CHECK(last.find("Connection: close\r\n") != std::string::npos);
  CHECK(last.ends_with("up 1\n"));
  CHECK(test::receive(silent, 1).empty());
}

TEST_CASE("finishing answers those who have connected and were not accepted") {
  Running server;
  std::vector<Descriptor> waiting;
  const std::size_t left = server.finish([&] {
    for (int i = 0; i < 5; ++i) waiting.push_back(server.connect());
  });
  CHECK(left == waiting.size());
  for (const auto& mta : waiting) {
    const std::string last = Running::talk_on(mta, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
                                              "nothing, so that it reads to the end");
    CHECK(last.find("Connection: close\r\n") != std::string::npos);
    CHECK(last.ends_with("up 1\n"));
  }
  CHECK(server.connect().get() < 0);
}

TEST_CASE("addresses that cannot be listened on are refused in words") {
  asio::io_context io;
  test::MemoryLog log;
  CHECK(HttpServer::listen(io, "localhost:1", respond, log).error().code == Errc::usage);
  CHECK(HttpServer::listen(io, "192.0.2.1:1", respond, log).error().code == Errc::io);
}

}  // namespace strictmx
