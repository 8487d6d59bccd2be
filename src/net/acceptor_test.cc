#include "net/acceptor.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <filesystem>
#include <vector>

#include "net/test_support.h"

namespace strictmx {
namespace {

constexpr Millis kPatience{5000};  // never waited for unless something is wrong

// An acceptor that keeps what it accepts.
struct Door {
  explicit Door(const std::string& where) {
    acceptor = Acceptor::open(*loop, *Endpoint::parse(where), 0666, log).value();
    REQUIRE(acceptor->start([this](int descriptor) { accepted.emplace_back(descriptor); }));
  }
  test::MemoryLog log;
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();
  std::unique_ptr<Acceptor> acceptor;
  std::vector<Descriptor> accepted;
};

TEST_CASE("acceptor: connections come in, do not block, and carry octets") {
  const test::TempDir dir;
  for (const auto& where : {std::string("inet:127.0.0.1:0"), std::string("inet:[::1]:0"),
                            "unix:" + (dir.path() / "s").string()}) {
    CAPTURE(where);
    Door door(where);
    const Descriptor client = test::connect_to(door.acceptor->local());
    REQUIRE(client.get() >= 0);
    door.loop->turn(kPatience);
    REQUIRE(door.accepted.size() == 1);
    char octet = 0;
    CHECK(::recv(door.accepted[0].get(), &octet, 1, 0) == -1);
    CHECK(errno == EAGAIN);
    REQUIRE(test::send_all(door.accepted[0], "hello"));
    CHECK(test::receive(client, 5) == "hello");
  }
}

TEST_CASE("acceptor: others have their turn between many connections") {
  Door door("inet:127.0.0.1:0");
  std::vector<Descriptor> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(test::connect_to(door.acceptor->local()));
  door.loop->turn(kPatience);
  CHECK(door.accepted.size() == 32);
  while (door.accepted.size() < clients.size()) door.loop->turn(kPatience);
}

TEST_CASE("acceptor: after stop nobody can connect, and the file is gone") {
  const test::TempDir dir;
  const auto path = dir.path() / "s";
  Door door("unix:" + path.string());
  CHECK(std::filesystem::exists(path));
  door.acceptor->stop();
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(test::connect_to(door.acceptor->local()).get() < 0);
  door.acceptor->stop();
}

TEST_CASE("acceptor: who has connected before the end is accepted") {
  Door door("inet:127.0.0.1:0");
  std::vector<Descriptor> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(test::connect_to(door.acceptor->local()));
  door.acceptor->finish();
  CHECK(door.accepted.size() == clients.size());
  CHECK(test::connect_to(door.acceptor->local()).get() < 0);
}

TEST_CASE("acceptor: it may be stopped from its own callback") {
  test::MemoryLog log;
  const auto loop = EventLoop::create().value();
  auto acceptor = Acceptor::open(*loop, *Endpoint::parse("inet:127.0.0.1:0"), 0666, log).value();
  std::vector<Descriptor> accepted;
  REQUIRE(acceptor->start([&](int descriptor) {
    accepted.emplace_back(descriptor);
    acceptor->stop();
  }));
  const Descriptor one = test::connect_to(acceptor->local());
  const Descriptor two = test::connect_to(acceptor->local());
  loop->turn(kPatience);
  CHECK(accepted.size() == 1);
}

// Takes all descriptors that are left below a lowered limit and gives them back at the end.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (;;) {
      Descriptor fd(::dup(0));
      if (fd.get() < 0) break;
      taken_.push_back(std::move(fd));
    }
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
  std::vector<Descriptor> taken_;
};

TEST_CASE("acceptor: without descriptors it pauses, complains once, and recovers") {
  Door door("inet:127.0.0.1:0");
  Log& log = door.log;
  log.info("started");  // the sanitizer's first look at the type of an object takes a descriptor
  const Descriptor waiting = test::connect_to(door.acceptor->local());
  {
    const NoDescriptors none;
    for (int i = 0; i < 3; ++i) door.loop->turn(kPatience);  // tries, and two pauses that end
    CHECK(door.accepted.empty());
  }
  while (door.accepted.empty()) door.loop->turn(kPatience);
  CHECK(door.log.events == std::vector<std::string>{"started", "accept_failed"});
}

}  // namespace
}  // namespace strictmx
