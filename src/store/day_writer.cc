#include "store/day_writer.h"

#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace strictmx {

namespace {

constexpr std::chrono::seconds kGather{1};
constexpr std::chrono::seconds kRetry{5};

}  // namespace

class DayWriter::Impl {
 public:
  Impl(std::filesystem::path dir, Log& log, OnTried tried)
      : dir_(std::move(dir)), log_(log), tried_(std::move(tried)), thread_([this] { run(); }) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  bool add(DomainResults results) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() + being_saved_ >= kMaxWaitingResults) return false;
      waiting_.push_back(std::move(results));
      if (waiting_.size() > 1) return true;  // the thread knows
    }
    changed_.notify_one();
    return true;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    std::chrono::seconds pause = kGather;
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      changed_.wait_for(lock, pause, [this] { return stopping_; });
      const bool last = stopping_;
      std::vector<DomainResults> group = std::exchange(waiting_, {});
      being_saved_ = group.size();
      lock.unlock();
      const bool saved = save(group);
      lock.lock();
      being_saved_ = 0;
      if (!saved) give_back(std::move(group));
      pause = saved ? kGather : kRetry;
      if (last) return;
    }
  }

  // In front of what came meanwhile.
  void give_back(std::vector<DomainResults> group) {
    group.insert(group.end(), std::make_move_iterator(waiting_.begin()),
                 std::make_move_iterator(waiting_.end()));
    waiting_ = std::move(group);
  }

  bool save(const std::vector<DomainResults>& group) {
    if (group.empty()) return true;
    if (!store_) {
      auto opened = DayStore::open(dir_, StoreAccess::read_write, log_);
      if (!opened) return tell(std::unexpected(opened.error()));
      store_ = *std::move(opened);
    }
    return tell(store_->add(group));
  }

  bool tell(const Result<DayOverflow>& outcome) {
    if (tried_) tried_(outcome);
    return outcome.has_value();
  }

  std::filesystem::path dir_;
  Log& log_;
  OnTried tried_;
  std::unique_ptr<DayStore> store_;  // of the thread alone
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<DomainResults> waiting_;
  std::size_t being_saved_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

DayWriter::DayWriter(std::filesystem::path dir, Log& log, OnTried tried)
    : impl_(std::make_unique<Impl>(std::move(dir), log, std::move(tried))) {}

DayWriter::~DayWriter() = default;

bool DayWriter::add(DomainResults results) { return impl_->add(std::move(results)); }

}  // namespace strictmx
