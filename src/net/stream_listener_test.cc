#include "net/stream_listener.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "net/test_support.h"

namespace strictmx {
namespace {

Task<void> echo(ByteStream stream) {
  char buffer[4096];
  for (;;) {
    const auto size = co_await stream.read_some(buffer);
    if (size == 0) co_return;
    const bool sent = co_await stream.write_all(std::string_view(buffer, size));
    if (!sent) co_return;
  }
}

// Serves until stopped; counts what it served.
Task<void> serve_echo(asio::io_context& io, StreamListener& listener, unsigned& accepted) {
  for (;;) {
    auto stream = co_await listener.accept();
    if (!stream) co_return;
    ++accepted;
    asio::co_spawn(io, echo(std::move(*stream)), asio::detached);
  }
}

// An echo service on a thread of its own. The destructor stops it and joins.
class EchoServer {
 public:
  explicit EchoServer(const std::string& where, const ListenOptions& options = {}) {
    // The sanitizer's first look at the type of an object takes a descriptor; later ones do not.
    Log& log = log_;
    log.info("started");
    auto made = StreamListener::open(io_, *Endpoint::parse(where), options, log_);
    if (!made) return;
    listener_ = std::move(*made);
    local_ = listener_->local();
    asio::co_spawn(io_, serve_echo(io_, *listener_, accepted_), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~EchoServer() { stop(); }

  void stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      listener_->stop();
      listener_->cancel_streams();
    });
    asio::post(io_, [this] { asio::post(io_, [this] { io_.stop(); }); });
    thread_.join();
  }

  bool running() const { return listener_ != nullptr; }
  const Endpoint& local() const { return *local_; }
  const test::MemoryLog& log() const { return log_; }  // after stop() only
  unsigned accepted() const { return accepted_; }      // after stop() only

 private:
  asio::io_context io_{1};
  test::MemoryLog log_;
  std::unique_ptr<StreamListener> listener_;
  std::optional<Endpoint> local_;
  unsigned accepted_ = 0;
  std::thread thread_;
};

TEST_CASE("stream listener: octets go both ways over TCP and unix sockets") {
  test::TempDir dir;
  for (const auto& where : {std::string("inet:127.0.0.1:0"), std::string("inet:[::1]:0"),
                            "unix:" + (dir.path() / "s").string()}) {
    CAPTURE(where);
    EchoServer server(where);
    REQUIRE(server.running());
    const auto client = test::connect_to(server.local());
    REQUIRE(client.get() >= 0);
    for (const std::string text : {"one", "and two"}) {
      REQUIRE(test::send_all(client, text));
      CHECK(test::receive(client, text.size()) == text);
    }
  }
}

TEST_CASE("stream listener: a large answer waits for a slow reader and arrives whole") {
  EchoServer server("inet:127.0.0.1:0");
  const auto client = test::connect_to(server.local());
  std::string large(8U << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 4099) large[i] = static_cast<char>('a' + i % 26);
  std::thread sender([&] { test::send_all(client, large); });
  std::this_thread::yield();
  const auto back = test::receive(client, large.size());
  sender.join();
  CHECK(back == large);
}

TEST_CASE("stream listener: a connection without traffic is cancelled, a busy one is not") {
  ListenOptions options;
  options.idle_limit = Millis(200);
  EchoServer server("inet:127.0.0.1:0", options);
  const auto idle = test::connect_to(server.local());
  const auto busy = test::connect_to(server.local());
  const auto start = std::chrono::steady_clock::now();
  std::thread traffic([&] {
    for (int i = 0; i < 12; ++i) {
      CHECK(test::send_all(busy, "x"));
      CHECK(test::receive(busy, 1) == "x");
      std::this_thread::sleep_for(Millis(50));
    }
  });
  CHECK(test::receive(idle, 1).empty());  // the server closed
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(waited >= Millis(190));
  CHECK(waited < Millis(2000));
  traffic.join();
}

TEST_CASE("stream listener: a client that never reads is cancelled too") {
  ListenOptions options;
  options.idle_limit = Millis(200);
  EchoServer server("inet:127.0.0.1:0", options);
  const auto client = test::connect_to(server.local());
  const std::string block(1U << 20, 'x');
  const timeval patience{5, 0};
  ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto start = std::chrono::steady_clock::now();
  while (test::send_all(client, block)) {
  }
  CHECK(std::chrono::steady_clock::now() - start < Millis(4000));
}

struct AfterCancel {
  bool read_ended = false;
  bool written = true;
};

Task<AfterCancel> use_after_cancel(StreamListener& listener) {
  auto stream = co_await listener.accept();
  stream->cancel();
  char buffer[16];
  AfterCancel result;
  const auto size = co_await stream->read_some(buffer);
  result.read_ended = size == 0;
  result.written = co_await stream->write_all("late");
  co_return result;
}

TEST_CASE("stream listener: a cancelled connection neither reads nor writes") {
  asio::io_context io(1);
  test::MemoryLog log;
  auto listener = StreamListener::open(io, *Endpoint::parse("inet:127.0.0.1:0"), {}, log);
  REQUIRE(listener.has_value());
  const auto client = test::connect_to((*listener)->local());
  const auto result = test::run_task(io, use_after_cancel(**listener));
  REQUIRE(result.has_value());
  CHECK(result->read_ended);
  CHECK_FALSE(result->written);
}

TEST_CASE("stream listener: the unix socket file has its mode and goes away") {
  test::TempDir dir;
  const auto path = dir.path() / "policy.sock";
  ListenOptions options;
  options.unix_mode = 0620;
  {
    EchoServer server("unix:" + path.string(), options);
    REQUIRE(server.running());
    CHECK(std::filesystem::is_socket(path));
    CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms(0620));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("stream listener: a stale socket file is replaced, one in use and other files are not") {
  test::TempDir dir;
  const auto path = dir.path() / "policy.sock";
  const auto endpoint = *Endpoint::parse("unix:" + path.string());
  asio::io_context io(1);
  test::MemoryLog log;

  Descriptor dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path.string(), address.sun_path);
  REQUIRE(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  dead.reset();
  auto first = StreamListener::open(io, endpoint, {}, log);
  REQUIRE(first.has_value());

  const auto second = StreamListener::open(io, endpoint, {}, log);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Errc::io);
  CHECK(second.error().detail.find("Address already in use") != std::string::npos);
  CHECK(std::filesystem::is_socket(path));

  first->reset();
  std::ofstream(path) << "precious";
  const auto third = StreamListener::open(io, endpoint, {}, log);
  REQUIRE_FALSE(third.has_value());
  CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("stream listener: stop leaves a file alone that another process has put there") {
  test::TempDir dir;
  const auto path = dir.path() / "policy.sock";
  asio::io_context io(1);
  test::MemoryLog log;
  auto listener = StreamListener::open(io, *Endpoint::parse("unix:" + path.string()), {}, log);
  REQUIRE(listener.has_value());
  std::filesystem::rename(path, dir.path() / "old");
  std::ofstream(path) << "new owner";
  listener->reset();
  CHECK(std::filesystem::exists(path));
}

TEST_CASE("stream listener: who has connected before the end is accepted, nobody after") {
  asio::io_context io;
  test::MemoryLog log;
  const auto listener =
      StreamListener::open(io, *Endpoint::parse("inet:127.0.0.1:0"), {}, log).value();
  std::vector<Descriptor> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(test::connect_to(listener->local()));
  CHECK(listener->finish().size() == clients.size());
  CHECK(test::connect_to(listener->local()).get() < 0);
  CHECK(listener->finish().empty());
}

TEST_CASE("stream listener: an address that cannot be had is an error with its name") {
  asio::io_context io(1);
  test::MemoryLog log;
  auto first = StreamListener::open(io, *Endpoint::parse("inet:127.0.0.1:0"), {}, log);
  REQUIRE(first.has_value());
  const auto taken = (*first)->local();
  const auto second = StreamListener::open(io, taken, {}, log);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().detail.starts_with(taken.text() + ": "));
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
  ~NoDescriptors() { release(); }
  void release() {
    taken_.clear();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<Descriptor> taken_;
};

TEST_CASE("stream listener: without descriptors it pauses, complains once, and recovers") {
  EchoServer server("inet:127.0.0.1:0");
  const auto served = test::connect_to(server.local());
  REQUIRE(test::send_all(served, "x"));
  REQUIRE(test::receive(served, 1) == "x");
  Descriptor waiting(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(std::get<InetEndpoint>(server.local().where).port);
  NoDescriptors none;
  timespec cpu_before{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_before);
  REQUIRE(::connect(waiting.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  std::this_thread::sleep_for(Millis(350));
  REQUIRE(test::send_all(served, "y"));  // who is connected is served on
  CHECK(test::receive(served, 1) == "y");
  timespec cpu_after{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_after);
  const auto used = (cpu_after.tv_sec - cpu_before.tv_sec) * 1000 +
                    (cpu_after.tv_nsec - cpu_before.tv_nsec) / 1000000;
  CHECK(used < 150);  // no spinning
  none.release();
  REQUIRE(test::send_all(waiting, "z"));
  CHECK(test::receive(waiting, 1) == "z");
  server.stop();
  CHECK(server.log().events == std::vector<std::string>{"started", "accept_failed"});
}

TEST_CASE("stream listener: many connections in one go") {
  EchoServer server("inet:127.0.0.1:0");
  std::vector<Descriptor> clients;
  for (int i = 0; i < 150; ++i) clients.push_back(test::connect_to(server.local()));
  for (const auto& client : clients) {
    REQUIRE(test::send_all(client, "q"));
    CHECK(test::receive(client, 1) == "q");
  }
  server.stop();
  CHECK(server.accepted() == 150);
}

}  // namespace
}  // namespace strictmx
