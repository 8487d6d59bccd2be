#include "net/one_shot.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace strictmx {
namespace {

using Shot = OneShot<std::string>;

Task<void> wait_into(Shot& shot, MonoTime deadline, std::optional<std::string>& out, bool& done) {
  out = co_await shot.wait(deadline);
  done = true;
}

struct Waiter {
  asio::io_context io{1};
  Shot shot{io.get_executor()};
  std::optional<std::string> got;
  bool done = false;

  void wait_for(Millis time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    asio::co_spawn(io, wait_into(shot, deadline, got, done), asio::detached);
  }
};

TEST_CASE("one shot: a value set before the wait is taken at once") {
  Waiter waiter;
  waiter.shot.set("early");
  waiter.wait_for(Millis(0));
  waiter.io.run();
  CHECK(waiter.got == "early");
  CHECK_FALSE(waiter.shot.is_set());
}

TEST_CASE("one shot: a value set during the wait ends it, but not from inside of set") {
  Waiter waiter;
  waiter.wait_for(Millis(60000));
  waiter.io.poll();
  CHECK_FALSE(waiter.done);
  waiter.shot.set("later");
  CHECK_FALSE(waiter.done);
  waiter.io.run();
  CHECK(waiter.got == "later");
}

TEST_CASE("one shot: the deadline ends the wait without a value") {
  Waiter waiter;
  waiter.wait_for(Millis(1));
  waiter.io.run();
  CHECK(waiter.done);
  CHECK_FALSE(waiter.got.has_value());
}

TEST_CASE("one shot: only the first value counts") {
  Waiter waiter;
  waiter.shot.set("first");
  waiter.shot.set("second");
  waiter.wait_for(Millis(0));
  waiter.io.run();
  CHECK(waiter.got == "first");
}

Task<void> take(OneShot<std::unique_ptr<int>>& shot, int& out) {
  auto value = co_await shot.wait(std::chrono::steady_clock::now());
  out = value ? **value : -1;
}

TEST_CASE("one shot: values that only move") {
  asio::io_context io(1);
  OneShot<std::unique_ptr<int>> shot(io.get_executor());
  shot.set(std::make_unique<int>(7));
  int out = 0;
  asio::co_spawn(io, take(shot, out), asio::detached);
  io.run();
  CHECK(out == 7);
}

}  // namespace
}  // namespace strictmx
