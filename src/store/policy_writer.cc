#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "store/policy_store.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxWaiting = 65536;

using Done = std::function<void(Result<void>)>;

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
  bool add(KnownPolicy& policy, Done& done) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.policies.size() >= kMaxWaiting) return false;
      waiting_.policies.push_back(std::move(policy));
      waiting_.done.push_back(std::move(done));
    }
    changed_.notify_one();
    return true;
  }

 private:
  struct Group {
    std::vector<KnownPolicy> policies;
    std::vector<Done> done;  // one for each policy
  };

  // Everything that waits; empty when the thread is to end.
  Group take_group() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.policies.empty(); });
    return std::exchange(waiting_, {});
  }

  void run() {
    for (;;) {
      const Group group = take_group();
      if (group.policies.empty()) return;
      const auto saved = store_->save(group.policies);
      for (const auto& done : group.done) done(saved);
    }
  }

  std::unique_ptr<PolicyStore> store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  Group waiting_;
  std::thread thread_;  // last: it uses all of the above
};

PolicyWriter::PolicyWriter(std::unique_ptr<PolicyStore> store)
    : impl_(std::make_unique<Impl>(std::move(store))) {}

PolicyWriter::~PolicyWriter() = default;

void PolicyWriter::save(KnownPolicy policy, Done done) {
  if (impl_->add(policy, done)) return;
  done(fail(Errc::too_large, "65536 policies wait for the store already"));
}

}  // namespace strictmx
