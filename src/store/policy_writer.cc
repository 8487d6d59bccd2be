#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "store/policy_store.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxWaiting = 65536;
constexpr const char* kFull = "65536 changes wait for the store already";

struct Save {
  KnownPolicy policy;
  std::function<void(Result<void>)> done;
};
struct Erase {
  Domain domain;
  std::function<void(Result<bool>)> done;
};
using Change = std::variant<Save, Erase>;

}  // namespace

class PolicyWriter::Impl {
 public:
  explicit Impl(std::unique_ptr<PolicyStore> store)
      : store_(std::move(store)), thread_([this] { run(); }) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  // False when too many wait; then nothing was taken.
  bool add(Change& change) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= kMaxWaiting) return false;
      waiting_.push_back(std::move(change));
    }
    changed_.notify_one();
    return true;
  }

 private:
  // Everything that waits; empty when the thread is to end.
  std::vector<Change> take_group() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    return std::exchange(waiting_, {});
  }

  void run() {
    for (;;) {
      auto group = take_group();
      if (group.empty()) return;
      for (auto& change : group) {
        if (auto* save = std::get_if<Save>(&change)) {
          policies_.push_back(std::move(save->policy));
          done_.push_back(std::move(save->done));
        } else {
          save_collected();
          auto& erase = std::get<Erase>(change);
          erase.done(store_->erase(erase.domain));
        }
      }
      save_collected();
    }
  }

  // In one transaction.
  void save_collected() {
    if (policies_.empty()) return;
    const auto saved = store_->save(policies_);
    for (const auto& done : done_) done(saved);
    policies_.clear();
    done_.clear();
  }

  std::unique_ptr<PolicyStore> store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<Change> waiting_;
  // Of the thread alone: saves that share the next transaction, one `done` for each.
  std::vector<KnownPolicy> policies_;
  std::vector<std::function<void(Result<void>)>> done_;
  std::thread thread_;  // last: it uses all of the above
};

PolicyWriter::PolicyWriter(std::unique_ptr<PolicyStore> store)
    : impl_(std::make_unique<Impl>(std::move(store))) {}

PolicyWriter::~PolicyWriter() = default;

void PolicyWriter::save(KnownPolicy policy, std::function<void(Result<void>)> done) {
  Change change = Save{std::move(policy), std::move(done)};
  if (impl_->add(change)) return;
  std::get<Save>(change).done(fail(Errc::too_large, kFull));
}

void PolicyWriter::erase(Domain domain, std::function<void(Result<bool>)> done) {
  Change change = Erase{std::move(domain), std::move(done)};
  if (impl_->add(change)) return;
  std::get<Erase>(change).done(fail(Errc::too_large, kFull));
}

}  // namespace strictmx
