#include "service/policyd/pin_keeper.h"

#include <utility>

#include "net/one_shot.h"

namespace strictmx {

namespace {

void erase_pin(StoredPins& stored, const Domain& domain) {
  std::erase_if(stored.pins, [&](const Pin& pin) { return pin.policy.domain == domain; });
}

}  // namespace

PinKeeper::PinKeeper(asio::io_context& io, std::filesystem::path dir, StoredPins stored)
    : io_(io),
      dir_(std::move(dir)),
      stored_(std::move(stored)),
      thread_([this] { worker_.run(); }) {}

PinKeeper::~PinKeeper() {
  work_.reset();
  thread_.join();
}

Task<Result<void>> PinKeeper::put(Pin pin, WallTime now) {
  Change put = [pin = std::move(pin)](StoredPins& stored) {
    erase_pin(stored, pin.policy.domain);
    stored.pins.push_back(pin);
  };
  co_return co_await change(std::move(put), now);
}

Task<Result<void>> PinKeeper::erase(Domain domain, WallTime now) {
  Change erase = [domain = std::move(domain)](StoredPins& stored) { erase_pin(stored, domain); };
  co_return co_await change(std::move(erase), now);
}

// The frame outlives the worker's message: io_ is destroyed after this object.
Task<Result<void>> PinKeeper::change(Change change, WallTime now) {
  OneShot<Result<void>> done(io_.get_executor());
  asio::post(worker_, [this, &done, change = std::move(change), now] {
    Result<void> written = write(change, now);
    asio::post(io_, [&done, written = std::move(written)] { done.set(written); });
  });
  std::optional<Result<void>> written = co_await done.wait(MonoTime::max());
  co_return *std::move(written);
}

Result<void> PinKeeper::write(const Change& change, WallTime now) {
  StoredPins fresh = stored_;
  change(fresh);
  std::erase_if(fresh.pins, [now](const Pin& pin) { return !pin.holds(now); });
  if (auto saved = save_pins(dir_, fresh); !saved) return saved;
  stored_ = std::move(fresh);
  return {};
}

}  // namespace strictmx
