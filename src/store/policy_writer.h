// store/policy_writer.h: a thread that saves and erases policies: callers hand one over and are
// told when it is on disk. What arrives while a transaction runs is committed with the next one
// (group commit). A policy that cannot be written (full disk, I/O error) is kept and tried again
// until it is on disk; the store is called degraded meanwhile. Only a kill in that time loses it.
// Limits: 65536 changes and questions waiting (one more fails at once with Errc::too_large), 65536
// policies kept; beyond, Options::on_loss brings back what was dropped.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/policy_store.h"

namespace strictmx {

struct StoreHealth {
  bool degraded = false;    // policies are known that could not be written
  std::size_t unsaved = 0;  // how many are kept
  std::string why;          // the first failure since it was well
};

class PolicyWriter {
 public:
  struct Options {
    Millis first_retry{1000};     // after a failure, doubled each time
    Millis longest_retry{10000};  // up to this
    // health() has changed. On the writer's thread; policies kept since the last failure are
    // told with the next.
    std::function<void(const StoreHealth&)> on_health = {};
    // Rows may be missing that were there before: the caller is to restore() all it knows. On the
    // writer's thread; repeated until a restore() succeeds.
    std::function<void()> on_loss = {};
  };

  // Takes the store over; only this object uses it from now on. `log` must outlive the writer;
  // events: store_degraded, store_recovered, policies_not_saved.
  PolicyWriter(std::unique_ptr<PolicyStore> store, Log& log, Options options);
  PolicyWriter(std::unique_ptr<PolicyStore> store, Log& log);
  // Saves what is waiting and what is kept, then ends the thread.
  ~PolicyWriter();
  PolicyWriter(const PolicyWriter&) = delete;
  PolicyWriter& operator=(const PolicyWriter&) = delete;

  // `done` is called once: on the writer's thread, when the policy is durable or could not be
  // written; while the store is degraded, and over the limit, at once, before save() returns. An
  // error other than Errc::too_large means that it is kept. It must not throw. From any thread.
  void save(KnownPolicy policy, std::function<void(Result<void>)> done);

  // PolicyStore::erase() in order with the saves; nothing is kept after a failure.
  void erase(Domain domain, std::function<void(Result<bool>)> done);

  // PolicyStore::save_newer() in order with the saves; nothing is kept after a failure, but
  // on_loss called again later.
  void restore(std::vector<KnownPolicy> policies, std::function<void(Result<std::size_t>)> done);

  // `work` is done on the writer's thread, in its turn; must not throw. False: over the limit.
  bool use(std::function<void(PolicyStore&)> work);

  // From any thread.
  StoreHealth health() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
