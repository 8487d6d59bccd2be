#include "net/event_loop.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <functional>
#include <thread>

#include "net/test_support.h"

namespace strictmx {
namespace {

constexpr Millis kAtOnce{0};
constexpr Millis kPatience{5000};  // never waited for unless something is wrong

struct Pair {
  Pair() {
    int fds[2] = {-1, -1};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds);
    near = Descriptor(fds[0]);
    far = Descriptor(fds[1]);
  }
  Descriptor near;
  Descriptor far;
};

class Recorder final : public Watcher {
 public:
  void on_ready(std::uint32_t events) override {
    seen.push_back(events);
    if (act) act();
  }
  std::vector<std::uint32_t> seen;
  std::function<void()> act;
};

std::unique_ptr<EventLoop> make_loop() { return EventLoop::create().value(); }

TEST_CASE("event loop: a ready descriptor is told until it has been read") {
  const auto loop = make_loop();
  Pair pair;
  Recorder recorder;
  REQUIRE(loop->watch(pair.near.get(), EPOLLIN, recorder));
  CHECK(loop->turn(kAtOnce) == 0);
  REQUIRE(test::send_all(pair.far, "x"));
  CHECK(loop->turn(kPatience) == 1);
  CHECK(loop->turn(kPatience) == 1);  // level-triggered
  CHECK(recorder.seen == std::vector<std::uint32_t>{EPOLLIN, EPOLLIN});
  test::receive(pair.near, 1);
  CHECK(loop->turn(kAtOnce) == 0);
}

TEST_CASE("event loop: only what is wanted is told, but an end always") {
  const auto loop = make_loop();
  Pair pair;
  Recorder recorder;
  REQUIRE(loop->watch(pair.near.get(), EPOLLIN, recorder));
  REQUIRE(loop->change(pair.near.get(), 0, recorder));
  REQUIRE(test::send_all(pair.far, "x"));
  CHECK(loop->turn(kAtOnce) == 0);
  REQUIRE(loop->change(pair.near.get(), EPOLLOUT, recorder));
  CHECK(loop->turn(kPatience) == 1);
  REQUIRE(loop->change(pair.near.get(), 0, recorder));
  pair.far.reset();
  CHECK(loop->turn(kPatience) == 1);
  REQUIRE(recorder.seen.size() == 2);
  CHECK(recorder.seen[0] == EPOLLOUT);
  CHECK((recorder.seen[1] & EPOLLHUP) != 0);
}

TEST_CASE("event loop: who is forgotten within a turn is not told in it") {
  const auto loop = make_loop();
  Pair one;
  Pair two;
  Recorder first;
  Recorder second;
  const auto forget_both = [&] {
    loop->forget(one.near.get(), first);
    loop->forget(two.near.get(), second);
  };
  first.act = forget_both;
  second.act = forget_both;
  REQUIRE(loop->watch(one.near.get(), EPOLLIN, first));
  REQUIRE(loop->watch(two.near.get(), EPOLLIN, second));
  REQUIRE(test::send_all(one.far, "x"));
  REQUIRE(test::send_all(two.far, "x"));
  CHECK(loop->turn(kPatience) == 1);
  CHECK(first.seen.size() + second.seen.size() == 1);
  CHECK(loop->turn(kAtOnce) == 0);
}

TEST_CASE("event loop: timers come in order, can be moved and taken back") {
  const auto loop = make_loop();
  const MonoTime start = loop->now();
  std::string order;
  EventLoop::Timer late(*loop, [&] { order += 'l'; });
  EventLoop::Timer soon(*loop, [&] { order += 's'; });
  EventLoop::Timer moved(*loop, [&] { order += 'm'; });
  EventLoop::Timer never(*loop, [&] { order += 'n'; });
  late.at(start - Millis{1});
  soon.at(start - Millis{2});
  moved.at(start + Seconds{3600});
  moved.at(start - Millis{3});
  never.at(start - Millis{4});
  never.cancel();
  CHECK(loop->turn(kPatience) == 3);
  CHECK(order == "msl");
  CHECK_FALSE(moved.is_set());
  CHECK(loop->turn(kAtOnce) == 0);
}

TEST_CASE("event loop: a timer is not met early, and can be set again from its own function") {
  const auto loop = make_loop();
  int times = 0;
  std::optional<EventLoop::Timer> timer;
  const MonoTime start = loop->now();
  timer.emplace(*loop, [&] {
    if (++times < 3) timer->at(loop->now() + Millis{2});
  });
  timer->at(start + Millis{2});
  while (times < 3) loop->turn(kPatience);
  CHECK(std::chrono::steady_clock::now() - start >= Millis{6});
}

TEST_CASE("event loop: what other threads post runs on the loop's thread, all of it, in order") {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  const auto loop = make_loop();
  std::vector<std::vector<int>> seen(kThreads);
  int left = kThreads * kEach;
  const auto home = std::this_thread::get_id();
  bool at_home = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        loop->post([&, t, i] {
          at_home = at_home && std::this_thread::get_id() == home;
          seen[static_cast<std::size_t>(t)].push_back(i);
          if (--left == 0) loop->stop();
        });
      }
    });
  }
  loop->run();
  for (auto& thread : threads) thread.join();
  CHECK(at_home);
  for (const auto& numbers : seen) {
    CHECK(numbers.size() == kEach);
    CHECK(std::ranges::is_sorted(numbers));
  }
}

TEST_CASE("event loop: what is posted from a posted function has its turn after it") {
  const auto loop = make_loop();
  std::string order;
  loop->post([&] {
    loop->post([&] { order += '2'; });
    order += '1';
  });
  CHECK(loop->turn(kPatience) == 1);
  CHECK(order == "1");
  CHECK(loop->turn(kPatience) == 1);
  CHECK(order == "12");
}

}  // namespace
}  // namespace strictmx
