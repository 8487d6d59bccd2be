#include "service/collectd/storer.h"

#include <iterator>
#include <utility>

#include "flow/tls_events.h"

namespace strictmx {

namespace {

constexpr std::chrono::seconds kRetry{2};

void produce(const std::vector<CountedDatagram>& batch, const DayStore::Take& take) {
  for (const auto& counted : batch) {
    auto parsed = parse_tlsrpt_datagram(counted.octets);
    if (!parsed) continue;  // it was parsed before it was counted
    parsed->results.day = counted.day;
    take(times(std::move(parsed->results), counted.sessions));
  }
}

void append(std::vector<CountedDatagram>& to, std::vector<CountedDatagram> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Storer::Storer(std::unique_ptr<DayStore> store, Parts parts)
    : store_(std::move(store)), parts_(parts), thread_([this] { run(); }) {}

Storer::~Storer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Storer::store(std::vector<CountedDatagram> batch) {
  if (batch.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    append(batch_, std::move(batch));
    busy_ = true;
  }
  changed_.notify_one();
}

void Storer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || busy_; });
    if (!busy_) return;
    const bool last = stopping_;
    std::vector<CountedDatagram> batch = std::exchange(batch_, {});
    lock.unlock();
    const bool stored = store_now(batch);
    lock.lock();
    if (!stored) append(batch_, std::move(batch));
    busy_ = !batch_.empty();
    if (stored) continue;
    if (last) return;
    changed_.wait_for(lock, kRetry, [this] { return stopping_; });
  }
}

bool Storer::store_now(const std::vector<CountedDatagram>& batch) {
  const auto added = store_->add_each([&](const DayStore::Take& take) { produce(batch, take); });
  if (!added) {
    parts_.metrics.count_day_store_failure();
    if (!failing_.exchange(true)) {
      parts_.log.error("day_store_failed", {{"why", added.error().detail}});
    }
    return false;
  }
  if (failing_.exchange(false)) parts_.log.info("day_store_works_again");
  parts_.metrics.count_results_lost(Metrics::Lost::domain, added->lost_sessions);
  erase_old_days();
  return true;
}

// Once a day.
void Storer::erase_old_days() {
  const Day today = day_of(parts_.clock.now().wall);
  if (std::exchange(cleaned_on_, today) == today) return;
  const auto erased = store_->erase_before(today - std::chrono::days{parts_.keep_days});
  if (!erased) {
    parts_.log.error("day_store_failed", {{"why", erased.error().detail}});
  } else if (*erased > 0) {
    parts_.log.info("days_erased", {{"count", std::to_string(*erased)}});
  }
}

}  // namespace strictmx
