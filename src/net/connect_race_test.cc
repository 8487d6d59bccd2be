#include "net/connect_race.h"

#include <doctest/doctest.h>

#include "net/test_support.h"

namespace strictmx {
namespace {

std::vector<IpAddress> addresses(const std::vector<std::string>& texts) {
  std::vector<IpAddress> result;
  for (const auto& text : texts) result.push_back(*IpAddress::parse(text));
  return result;
}

Connected race(const std::vector<std::string>& texts, std::uint16_t port, Millis patience) {
  asio::io_context io{1};
  ConnectRace race(io, addresses(texts), port);
  return test::run_task(io, race.run(test::in(patience))).value();
}

struct Listener {
  Listener() {
    fd = test::bind_loopback(SOCK_STREAM, port);
    ::listen(fd.get(), 8);
  }
  std::uint16_t port = 0;
  Descriptor fd;
};

TEST_CASE("connect race: the first address that answers, dead ones or not") {
  const Listener listener;
  for (const auto& texts : {std::vector<std::string>{"127.0.0.1"},
                            {"127.0.0.1", "127.0.0.1"},
                            {"127.0.0.2", "127.0.0.1"},
                            {"::1", "127.0.0.2", "127.0.0.1"}}) {
    CAPTURE(texts.size());
    const Connected connected = race(texts, listener.port, Millis(5000));
    REQUIRE(connected.descriptor);
    CHECK(connected.error == 0);
    const Descriptor theirs(::accept(listener.fd.get(), nullptr, nullptr));
    REQUIRE(test::send_all(theirs, "x"));
  }
}

TEST_CASE("connect race: when all are dead the last reason is told") {
  std::uint16_t port = 0;
  {
    const Descriptor taken = test::bind_loopback(SOCK_STREAM, port);
  }
  const Connected connected = race({"127.0.0.1", "127.0.0.2"}, port, Millis(5000));
  CHECK_FALSE(connected.descriptor);
  CHECK(connected.error == ECONNREFUSED);
}

// A listener whose queue is full does not answer at all.
struct Deaf {
  Deaf() {
    fd = test::bind_loopback(SOCK_STREAM, port);
    ::listen(fd.get(), 0);
    const Endpoint here = *Endpoint::parse("inet:127.0.0.1:" + std::to_string(port));
    fill = test::connect_to(here);
  }
  std::uint16_t port = 0;
  Descriptor fd;
  Descriptor fill;
};

TEST_CASE("connect race: it ends at the deadline, and when cancelled") {
  const Deaf deaf;
  const Connected late = race({"127.0.0.1"}, deaf.port, Millis(50));
  CHECK_FALSE(late.descriptor);
  CHECK(late.error == 0);

  asio::io_context io{1};
  ConnectRace running(io, addresses({"127.0.0.1"}), deaf.port);
  asio::post(io, [&] { running.cancel(); });
  const auto cancelled = test::run_task(io, running.run(test::in(Millis(5000))));
  REQUIRE(cancelled);
  CHECK_FALSE(cancelled->descriptor);
  CHECK(cancelled->error == ECANCELED);
}

}  // namespace
}  // namespace strictmx
