#include "service/watchdog.h"

#include "net/spawn.h"

namespace strictmx {

namespace {

// One for the answers, one for the word, two to spare.
constexpr int kStepsPerLimit = 4;

}  // namespace

Watchdog::Watchdog(asio::io_context& io, const std::vector<Service*>& services,
                   const ServiceManager& manager)
    : services_(services), manager_(manager), pause_(io) {}

void Watchdog::start() {
  const auto limit = manager_.watchdog();
  if (!limit) return;
  Task<void> task = run(*this, *limit / kStepsPerLimit);
  spawn(pause_.get_executor(), std::move(task));
}

void Watchdog::stop() { pause_.cancel(); }

void Watchdog::ask() {
  missing_ = std::make_shared<std::atomic<std::size_t>>(services_.size());
  for (Service* service : services_) {
    service->answer_beat([missing = missing_] { --*missing; });
  }
}

Task<void> Watchdog::run(Watchdog& self, Millis step) {
  self.ask();
  for (;;) {
    self.pause_.expires_after(step);
    const auto waited = co_await self.pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (std::get<0>(waited)) co_return;
    if (*self.missing_ > 0) continue;
    self.manager_.tell("WATCHDOG=1");
    self.ask();
  }
}

}  // namespace strictmx
