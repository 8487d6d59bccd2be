#include "net/line_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <thread>

#include "net/socket_address.h"

using namespace strictmx;

namespace {

constexpr Millis kEnough{60000};

// Takes one connection, reads a line, writes `reply`, closes (or keeps it open).
class OneShotServer {
 public:
  enum class Then : std::uint8_t { close, hold };

  OneShotServer(std::string reply, Then then)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)), where_(*Endpoint::parse("inet:127.0.0.1:0")) {
    auto address = socket_address(where_);
    REQUIRE(::bind(fd_, address.get(), address.length) == 0);
    REQUIRE(::listen(fd_, 1) == 0);
    REQUIRE(::getsockname(fd_, address.get(), &address.length) == 0);
    const auto* octets = reinterpret_cast<const unsigned char*>(&address.storage);
    std::get<InetEndpoint>(where_.where).port =
        static_cast<std::uint16_t>(octets[2] * 256 + octets[3]);
    thread_ = std::thread([this, reply = std::move(reply), then] { run(reply, then); });
  }
  ~OneShotServer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }

  const Endpoint& where() const { return where_; }
  std::string heard;

 private:
  void run(const std::string& reply, Then then) {
    const int client = ::accept(fd_, nullptr, nullptr);
    if (client < 0) return;
    char octet = 0;
    while (octet != '\n' && ::recv(client, &octet, 1, 0) == 1) heard += octet;
    ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
    while (then == Then::hold && ::recv(client, &octet, 1, 0) == 1) continue;
    ::close(client);
  }

  int fd_;
  Endpoint where_;
  std::thread thread_;
};

using Then = OneShotServer::Then;

}  // namespace

TEST_CASE("a question has the line that comes before the end") {
  OneShotServer server("found\n", Then::close);
  CHECK(ask_line(server.where(), "check example.com", kEnough) == "found");
  CHECK(server.heard == "check example.com\n");
}

TEST_CASE("a reply that is cut, too long, late or missing is none") {
  for (const std::string& reply : {std::string(), std::string("fou"), std::string(20000, 'x')}) {
    OneShotServer server(reply, Then::close);
    CHECK_FALSE(ask_line(server.where(), "check example.com", kEnough));
  }
  OneShotServer silent("", Then::hold);
  CHECK_FALSE(ask_line(silent.where(), "check example.com", Millis{30}));
}

TEST_CASE("nobody there is no reply, at once") {
  const auto nowhere = Endpoint::parse("unix:/nonexistent/strictmx.sock").value();
  CHECK_FALSE(ask_line(nowhere, "check example.com", kEnough));
  CHECK_FALSE(tell_line(nowhere, "event a=b", kEnough));
}

TEST_CASE("an event is handed over") {
  OneShotServer server("", Then::close);
  CHECK(tell_line(server.where(), "event a=b", kEnough));
}
