#include "service/policyd/line_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "service/policyd/test_world.h"

using namespace strictmx;
using namespace strictmx::test;

namespace {

struct Events : EventSink {
  std::vector<LineEvent> taken;
  void take(const LineEvent& event) override { taken.push_back(event); }
};

// A client of its own: connects, writes, perhaps closes its side, and reads to the end.
class Client {
 public:
  explicit Client(const Endpoint& endpoint) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(std::get<InetEndpoint>(endpoint.where).port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(fd_); }

  void write(std::string_view data) {
    REQUIRE(::send(fd_, data.data(), data.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(data.size()));
  }
  void close_writing() { ::shutdown(fd_, SHUT_WR); }

  // Everything until the server closes; the server runs meanwhile.
  std::string read_all(asio::io_context& io) {
    std::string text;
    for (;;) {
      io.restart();
      io.poll();
      char buffer[4096];
      const ssize_t size = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size == 0) return text;
      if (size > 0) {
        text.append(buffer, static_cast<std::size_t>(size));
      } else if (errno != EAGAIN) {
        return text + "(reset)";
      }
    }
  }

  bool closed(asio::io_context& io) {
    io.restart();
    io.poll();
    char octet;
    return ::recv(fd_, &octet, 1, MSG_DONTWAIT) == 0;
  }

 private:
  int fd_;
};

struct Daemon {
  World world;
  Events events;
  Verdicts verdicts{world.io, world.engine, world.clock};
  LineServer server{{world.io, verdicts, events, world.metrics, world.log}, Millis{60000}};

  Daemon() { REQUIRE(server.listen("inet:127.0.0.1:0")); }

  std::string ask(std::string_view request) {
    Client client(server.local()[0]);
    client.write(request);
    client.close_writing();
    return client.read_all(world.io);
  }
};

}  // namespace

TEST_CASE("each verb has its answer, and the connection its end") {
  Daemon daemon;
  CHECK(daemon.ask("exim example.com\n") ==
        "mode=enforce mx=mx1.example.com re=^(?i:mx1[.]example[.]com)$\n");
  CHECK(daemon.ask("check Example.COM\r\n") == "found\n");
  CHECK(daemon.ask("relayhost example.com\n") == "found|smtp+tls://mx1.example.com\n");
  CHECK(daemon.ask("mxok example.com mx1.example.com\n") == "yes\n");
  CHECK(daemon.ask("mxok example.com evil.example\n") == "no\n");
  CHECK(daemon.ask("mxok example.com [192.0.2.1]\n") == "no\n");
  CHECK(daemon.world.fetch.fetches == 1);
}

TEST_CASE("STS-D04 next hops without a policy need no look-up") {
  Daemon daemon;
  CHECK(daemon.ask("exim localhost\n") == "mode=none \n");
  CHECK(daemon.ask("check [192.0.2.1]\n") == "not-found\n");
  CHECK(daemon.ask("relayhost .example.com\n") == "not-found\n");
  CHECK(daemon.ask("mxok localhost mx.example\n") == "yes\n");
  CHECK(daemon.world.dns.questions == 0);
}

TEST_CASE("what is undecided is said so in each client's words") {
  Daemon daemon;
  daemon.server.set_deadline(Millis{20});
  const std::string why = "the look-up takes longer than allowed";
  CHECK(daemon.ask("exim slow.example\n") == "temp " + why + "\n");
  CHECK(daemon.ask("check slow.example\n") == "error|" + why + "\n");
}

TEST_CASE("a line may come in pieces, without an end, and with its writer gone") {
  Daemon daemon;
  Client pieces(daemon.server.local()[0]);
  for (const char* part : {"ch", "eck exam", "ple.com"}) {
    pieces.write(part);
    CHECK_FALSE(pieces.closed(daemon.world.io));
  }
  pieces.write("\n");
  CHECK(pieces.read_all(daemon.world.io) == "found\n");
  CHECK(daemon.ask("check example.com") == "found\n");  // no line end, half-closed
  CHECK(daemon.ask("") == "");
  CHECK(daemon.ask("check example.com\ncheck localhost\n") == "found\n");  // one question each
}

TEST_CASE("what is not understood is answered by closing") {
  Daemon daemon;
  for (const std::string line : {"GET / HTTP/1.1\r\n", "exim\n", "exim a b\n", "\n"}) {
    CHECK_MESSAGE(daemon.ask(line) == "", line);
  }
  Client client(daemon.server.local()[0]);
  client.write(std::string(kMaxLineQuery, 'x'));
  const std::string reply = client.read_all(daemon.world.io);
  CHECK((reply == "" || reply == "(reset)"));
  CHECK(daemon.world.log.events == std::vector<std::string>(5, "bad_request"));
}

TEST_CASE("an event has an empty answer") {
  Daemon daemon;
  CHECK(daemon.ask("event mta=exim domain=example.com\n") == "");
  REQUIRE(daemon.events.taken.size() == 1);
  CHECK(*daemon.events.taken[0].find("domain") == "example.com");
}

TEST_CASE("an event without a domain is of the one that its host was named for") {
  Daemon daemon;
  daemon.ask("relayhost example.com\n");
  daemon.ask("event host=MX1.example.com result=validation-failure\n");
  daemon.ask("event host=other.example result=validation-failure\n");
  REQUIRE(daemon.events.taken.size() == 2);
  REQUIRE(daemon.events.taken[0].find("domain") != nullptr);
  CHECK(*daemon.events.taken[0].find("domain") == "example.com");
  CHECK(daemon.events.taken[1].find("domain") == nullptr);
}

TEST_CASE("relay hosts take turns for each domain") {
  Daemon daemon;
  daemon.world.fetch.outcome.body =
      "version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 604800\n";
  daemon.world.dns.mx["example.com"].hosts = {{10, "a.example.com"}, {20, "b.example.com"}};
  std::string order;
  for (int i = 0; i < 4; ++i) {
    order +=
        daemon.ask("relayhost example.com\n").substr(std::string("found|smtp+tls://").size(), 1);
  }
  CHECK(order == "abab");
}

TEST_CASE("a question that comes after the stop, from who was there, is answered") {
  Daemon daemon;
  Client client(daemon.server.local()[0]);
  CHECK_FALSE(client.closed(daemon.world.io));
  daemon.server.stop();
  client.write("check localhost\n");
  CHECK(client.read_all(daemon.world.io) == "not-found\n");
}

TEST_CASE("who has connected before the stop and was not accepted is answered") {
  Daemon daemon;
  Client client(daemon.server.local()[0]);
  daemon.server.stop();
  CHECK(daemon.server.clients() == 1);
  client.write("check localhost\n");
  CHECK(client.read_all(daemon.world.io) == "not-found\n");
}

TEST_CASE("stopping closes those who ask nothing") {
  Daemon daemon;
  Client client(daemon.server.local()[0]);
  CHECK_FALSE(client.closed(daemon.world.io));
  CHECK(daemon.server.clients() == 1);
  daemon.server.stop();
  CHECK(client.read_all(daemon.world.io) == "");
  CHECK(daemon.server.clients() == 0);
}
