#include "store/policy_writer.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "store/unsaved_policies.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxWaiting = 65536;
constexpr const char* kFull = "65536 changes wait for the store already";
constexpr std::size_t kRetryGroup = 1000;  // policies in one transaction after a failure

struct Save {
  KnownPolicy policy;
  std::function<void(Result<void>)> done;
};
struct Erase {
  Domain domain;
  std::function<void(Result<bool>)> done;
};
struct Restore {
  std::vector<KnownPolicy> policies;
  std::function<void(Result<std::size_t>)> done;
};
struct Use {
  std::function<void(PolicyStore&)> work;
};
struct Change {
  std::uint64_t turn;
  std::variant<Save, Erase, Restore, Use> what;
};

}  // namespace

class PolicyWriter::Impl {
 public:
  Impl(std::unique_ptr<PolicyStore> store, Log& log, Options options)
      : store_(std::move(store)),
        log_(log),
        options_(std::move(options)),
        pause_(options_.first_retry),
        thread_([this] { run(); }) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void save(Save save) {
    std::optional<Error> refused;
    {
      const std::lock_guard lock(mutex_);
      const std::uint64_t turn = ++turn_;
      if (why_) {
        keep(std::move(save.policy), turn);
        refused = Error{Errc::io, *why_};
      } else if (is_full()) {
        refused = Error{Errc::too_large, kFull};
      } else {
        waiting_.push_back(Change{turn, std::move(save)});
      }
    }
    if (!refused) return changed_.notify_one();
    save.done(std::unexpected(*refused));
  }

  template <class C>
  void change(C change) {
    if (!add(change)) change.done(fail(Errc::too_large, kFull));
  }

  bool use(Use use) { return add(use); }

  StoreHealth health() const {
    const std::lock_guard lock(mutex_);
    return {why_.has_value(), unsaved_.size(), why_.value_or("")};
  }

 private:
  // Takes nothing, and is false, when too many wait.
  template <class C>
  bool add(C& change) {
    {
      const std::lock_guard lock(mutex_);
      if (is_full()) return false;
      waiting_.push_back(Change{++turn_, std::move(change)});
    }
    changed_.notify_one();
    return true;
  }

  bool is_full() const { return waiting_.size() >= kMaxWaiting; }

  void keep(KnownPolicy policy, std::uint64_t turn) {
    if (!unsaved_.keep(std::move(policy), turn)) missing_ = dropped_ = true;
  }

  void tell_health() const {
    if (options_.on_health) options_.on_health(health());
  }

  // Everything that waits; empty when what is kept is to be tried again, or the thread to end.
  std::vector<Change> take_group() {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return stopping_ || !waiting_.empty(); };
    if (why_) {
      changed_.wait_until(lock, retry_at_, ready);
    } else {
      changed_.wait(lock, ready);
    }
    return std::exchange(waiting_, {});
  }

  void run() {
    for (;;) {
      auto group = take_group();
      for (auto& change : group) perform(change);
      save_collected();
      check_losses();
      if (group.empty() && stopping()) return end();
      if (is_retry_due()) retry();
    }
  }

  void perform(Change& change) {
    if (auto* save = std::get_if<Save>(&change.what)) {
      if (keep_if_degraded(*save, change.turn)) return;
      policies_.push_back(std::move(save->policy));
      turns_.push_back(change.turn);
      done_.push_back(std::move(save->done));
      return;
    }
    save_collected();
    if (const auto* erase = std::get_if<Erase>(&change.what)) {
      erase_one(*erase, change.turn);
    } else if (const auto* restore = std::get_if<Restore>(&change.what)) {
      restore_some(*restore);
    } else {
      std::get<Use>(change.what).work(*store_);
    }
  }

  // It came before the failure and would only meet the next one.
  bool keep_if_degraded(Save& save, std::uint64_t turn) {
    std::string why;
    {
      const std::lock_guard lock(mutex_);
      if (!why_) return false;
      why = *why_;
      keep(std::move(save.policy), turn);
    }
    save.done(fail(Errc::io, why));
    return true;
  }

  // In one transaction.
  void save_collected() {
    if (policies_.empty()) return;
    const auto saved = store_->save(policies_);
    if (!saved) on_failure(saved.error());
    for (const auto& done : done_) done(saved);
    policies_.clear();
    turns_.clear();
    done_.clear();
  }

  void erase_one(const Erase& erase, std::uint64_t turn) {
    {
      const std::lock_guard lock(mutex_);
      unsaved_.drop(erase.domain, turn);
    }
    tell_health();
    erase.done(store_->erase(erase.domain));
  }

  void restore_some(const Restore& restore) {
    const auto restored = store_->save_newer(restore.policies);
    {
      const std::lock_guard lock(mutex_);
      missing_ = !restored || dropped_;
    }
    if (!restored) on_failure(restored.error());
    restore.done(restored);
  }

  // Keeps what was collected.
  void on_failure(const Error& error) {
    bool entered = false;
    {
      const std::lock_guard lock(mutex_);
      entered = !why_;
      if (entered) why_ = error.detail;
      for (std::size_t i = 0; i < policies_.size(); ++i) keep(std::move(policies_[i]), turns_[i]);
      plan_retry();
    }
    if (entered) log_.error("store_degraded", {{"why", error.detail}});
    tell_health();
  }

  void plan_retry() {
    retry_at_ = std::chrono::steady_clock::now() + pause_;
    pause_ = std::min(pause_ * 2, options_.longest_retry);
  }

  void check_losses() {
    if (store_->losses() == losses_) return;
    losses_ = store_->losses();
    if (options_.on_loss) options_.on_loss();
  }

  // True when nothing is kept any more.
  bool save_kept() {
    for (;;) {
      UnsavedPolicies::Part part;
      {
        const std::lock_guard lock(mutex_);
        part = unsaved_.some(kRetryGroup);
      }
      if (part.policies.empty()) return true;
      const auto saved = store_->save(part.policies);
      const std::lock_guard lock(mutex_);
      if (!saved) {
        plan_retry();
        return false;
      }
      unsaved_.saved(part);
      saved_late_ += part.policies.size();
    }
  }

  void retry() {
    const bool all = save_kept();
    check_losses();
    if (all) recover();
    tell_health();
  }

  void recover() {
    bool missing = false;
    {
      const std::lock_guard lock(mutex_);
      if (!why_ || unsaved_.size() > 0) return;  // more came meanwhile
      missing = missing_;
      dropped_ = false;
      if (missing) {
        plan_retry();
      } else {
        why_.reset();
        pause_ = options_.first_retry;
      }
    }
    if (!missing) {
      log_.info("store_recovered", {{"saved", std::to_string(std::exchange(saved_late_, 0))}});
    } else if (options_.on_loss) {
      options_.on_loss();
    }
  }

  void end() {
    if (save_kept()) return;
    log_.error("policies_not_saved", {{"count", std::to_string(unsaved_.size())}, {"why", *why_}});
  }

  bool is_retry_due() const {
    const std::lock_guard lock(mutex_);
    return why_ && std::chrono::steady_clock::now() >= retry_at_;
  }

  bool stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  std::unique_ptr<PolicyStore> store_;
  Log& log_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Under the mutex:
  bool stopping_ = false;
  std::uint64_t turn_ = 0;
  std::vector<Change> waiting_;
  UnsavedPolicies unsaved_;
  bool missing_ = false;            // what the caller knows is neither on disk nor kept
  bool dropped_ = false;            // that happened since it was last asked to restore
  std::optional<std::string> why_;  // degraded since this failure
  Millis pause_;
  std::chrono::steady_clock::time_point retry_at_;
  // Of the thread alone: saves that share the next transaction, one turn and `done` for each.
  std::vector<KnownPolicy> policies_;
  std::vector<std::uint64_t> turns_;
  std::vector<std::function<void(Result<void>)>> done_;
  std::size_t losses_ = 0;
  std::size_t saved_late_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

PolicyWriter::PolicyWriter(std::unique_ptr<PolicyStore> store, Log& log, Options options)
    : impl_(std::make_unique<Impl>(std::move(store), log, std::move(options))) {}

PolicyWriter::PolicyWriter(std::unique_ptr<PolicyStore> store, Log& log)
    : PolicyWriter(std::move(store), log, Options{}) {}

PolicyWriter::~PolicyWriter() = default;

void PolicyWriter::save(KnownPolicy policy, std::function<void(Result<void>)> done) {
  impl_->save({std::move(policy), std::move(done)});
}

void PolicyWriter::erase(Domain domain, std::function<void(Result<bool>)> done) {
  impl_->change(Erase{std::move(domain), std::move(done)});
}

void PolicyWriter::restore(std::vector<KnownPolicy> policies,
                           std::function<void(Result<std::size_t>)> done) {
  impl_->change(Restore{std::move(policies), std::move(done)});
}

bool PolicyWriter::use(std::function<void(PolicyStore&)> work) {
  return impl_->use({std::move(work)});
}

StoreHealth PolicyWriter::health() const { return impl_->health(); }

}  // namespace strictmx
