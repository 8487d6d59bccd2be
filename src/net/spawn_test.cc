#include "net/spawn.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace strictmx {
namespace {

Task<void> set(bool& done) {
  done = true;
  co_return;
}

Task<void> throw_later(asio::io_context& io) {
  co_await asio::post(io, asio::use_awaitable);
  throw std::runtime_error("no memory, say");
}

TEST_CASE("spawn: what nobody handles leaves run()") {
  asio::io_context io;
  bool done = false;
  Task<void> good = set(done);
  spawn(io, std::move(good));
  Task<void> bad = throw_later(io);
  spawn(io.get_executor(), std::move(bad));
  CHECK_THROWS_AS(io.run(), std::runtime_error);
  CHECK(done);
}

}  // namespace
}  // namespace strictmx
