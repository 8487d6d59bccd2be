// service/policyd/engine_store.cc: the engine and the policies on disk: loading them beside its
// work, and writing them again when the store has lost some.
#include <utility>

#include "net/spawn.h"

#include "service/policyd/engine.h"

namespace strictmx {

namespace {

constexpr std::size_t kRestoreGroup = 500;  // policies in one transaction

}  // namespace

void Engine::load(StoredPolicies& disk) {
  loading_ = std::make_unique<PolicyLoading>(io_, disk, log_);
  parts_.metrics.set_store_loading(true);
  loading_->start([this](const KnownPolicy& policy) { remember_loaded(policy); },
                  [this, &disk] { on_loaded(disk); });
}

bool Engine::is_loaded(const Domain& domain) const {
  return !is_loading() || policies_.origin(domain) == PolicyOrigin::fetched;
}

Task<Result<void>> Engine::make_known(Domain domain) {
  if (is_loaded(domain)) co_return Result<void>();
  const auto stored = co_await loading_->find(domain);
  if (!stored) co_return std::unexpected(stored.error());
  if (*stored) remember_loaded(**stored);
  co_return Result<void>();
}

// What is known already is as late or later.
void Engine::remember_loaded(const KnownPolicy& policy) {
  if (policies_.origin(policy.domain) == PolicyOrigin::fetched) return;
  if (!forgotten_.contains(policy.domain.text())) remember(policy);
}

void Engine::on_loaded(StoredPolicies& disk) {
  forgotten_ = {};
  parts_.metrics.set_store_loading(false);
  measure_health();
  if (restore_then_) restore(disk);
}

void Engine::restore(StoredPolicies& disk) {
  restore_then_ = is_loading();
  if (restore_then_) return;
  restored_to_ = 0;  // also of one that is under way
  if (std::exchange(restoring_, true)) return;
  Task<void> task = restore_all(*this, disk);
  spawn(io_, std::move(task));
}

Task<void> Engine::restore_all(Engine& engine, StoredPolicies& disk) {
  std::size_t restored = 0;
  while (!engine.stopping_) {
    auto some = engine.policies_.fetched_from(engine.restored_to_, kRestoreGroup);
    if (some.empty()) break;
    const Result<std::size_t> done = co_await disk.restore(std::move(some));
    if (!done) break;  // asked for again
    restored += *done;
  }
  engine.restoring_ = false;
  engine.log_.info("policies_restored", {{"count", std::to_string(restored)}});
}

void Engine::stop() {
  stopping_ = true;
  if (loading_) loading_->stop();
}

}  // namespace strictmx
