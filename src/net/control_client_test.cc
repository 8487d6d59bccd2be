#include "net/control_client.h"

#include <doctest/doctest.h>

#include <thread>

#include "net/http_server.h"
#include "net/test_support.h"

namespace strictmx {

namespace {

constexpr Millis kLong{20000};

Task<HttpResponse> respond(HttpRequest request) {
  if (request.target == "/huge") {
    co_return HttpResponse{200, "text/plain", std::string((std::size_t{16} << 20) + 1, 'x')};
  }
  if (request.target == "/silent") {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer never(executor, MonoTime::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return HttpResponse{request.target == "/v1/status" ? 200U : 404U, "text/plain",
                         request.method + " " + request.body};
}

// A server on a unix socket and a thread of its own; ends with the object.
class Running {
 public:
  Running() {
    const HttpOptions options{.max_body = 200000, .unix_mode = 0600};
    auto made = HttpServer::listen(io_, "unix:" + socket(), respond, log_, options);
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
  std::string socket() const { return folder_.path() / "control.sock"; }

 private:
  test::TempDir folder_;
  asio::io_context io_;
  test::MemoryLog log_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("a request reaches the daemon at the socket, and its answer comes back") {
  const Running server;
  const auto got = ask_control({server.socket(), "GET", "/v1/status", ""}, kLong);
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(got->body == "GET ");
  const std::string large(150000, 'x');
  const auto posted = ask_control({server.socket(), "POST", "/other", large}, kLong);
  REQUIRE(posted);
  CHECK(posted->status == 404);
  CHECK(posted->body == "POST " + large);
}

TEST_CASE("why there is no answer is said in words") {
  const Running server;
  CHECK(std::filesystem::status(server.socket()).permissions() == std::filesystem::perms(0600));
  struct Row {
    std::string socket;
    const char* target;
    Millis longest;
    Errc error;
    std::string says;
  };
  const Row rows[] = {
      {"/nonexistent/s", "/", kLong, Errc::not_found, "no daemon answers at /nonexistent/s"},
      {server.socket(), "/silent", Millis{50}, Errc::timeout, "takes too long"},
      {server.socket(), "/huge", kLong, Errc::too_large, "too long"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    const auto got = ask_control({row.socket, "GET", row.target, ""}, row.longest);
    REQUIRE(!got);
    CHECK(got.error().code == row.error);
    CHECK(got.error().detail.find(row.says) != std::string::npos);
  }
}

}  // namespace strictmx
