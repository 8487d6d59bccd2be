// store/policy_store.h: the policies on disk, in SQLite (WAL). A saved policy survives SIGKILL and
// power loss (synchronous=FULL). Format: docs/formats/policy-store.md.
// Damage is never fatal: a row that cannot be read is reported and skipped, and a file whose pages
// are damaged is replaced by a new one with the rows that are intact (store/policy_salvage).
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "core/known_policy.h"
#include "store/store_access.h"

namespace strictmx {

// Used from one thread at a time.
class PolicyStore {
 public:
  // Opens or makes DIR/policies.sqlite (mode 0600, DIR 0700 when made). read_only neither makes
  // nor changes anything. `log` must outlive the store.
  // Errors: Errc::io, Errc::unsupported (newer format, or the database of another program);
  // read_only also Errc::not_found and Errc::corrupt.
  static Result<std::unique_ptr<PolicyStore>> open(const std::filesystem::path& dir,
                                                   StoreAccess access, Log& log);
  virtual ~PolicyStore() = default;

  // Calls `each` for every readable row; returns how many rows were skipped as unreadable. Each is
  // reported in the log (event policy_row_unreadable, the first 100); a damaged page counts as one.
  virtual Result<std::size_t> load_all(const std::function<void(KnownPolicy)>& each) = 0;

  // The policy of one domain. Errors: Errc::not_found, Errc::io, Errc::corrupt.
  virtual Result<KnownPolicy> find(const Domain& domain) = 0;

  // All or nothing in one transaction; durable when it returns. A row of the same domain is
  // replaced (RFC 8461 §8.3: nothing of the old policy is kept). After a failure, or when the file
  // was removed, the next call opens it anew; a damaged one is repaired at once.
  // Errors: Errc::io, Errc::corrupt.
  virtual Result<void> save(const std::vector<KnownPolicy>& policies) = 0;

  // save() for policies that were not fetched now: only those for whose domain nothing readable is
  // stored that was fetched as late or later. Returns how many were saved. Errors as of save().
  virtual Result<std::size_t> save_newer(const std::vector<KnownPolicy>& policies) = 0;

  // Durable when it returns; true when there was a row. Errors as of save().
  virtual Result<bool> erase(const Domain& domain) = 0;
};

// A thread that saves and erases: callers hand over a policy and are told when it is on disk. What
// arrives while a transaction runs is committed with the next one (group commit). After an error
// all policies of that transaction have failed; later ones are tried again. Limit: 65536 changes
// waiting; one more fails at once with Errc::too_large.
class PolicyWriter {
 public:
  // Takes the store over; only this object uses it from now on.
  explicit PolicyWriter(std::unique_ptr<PolicyStore> store);
  // Saves what is waiting, then ends the thread.
  ~PolicyWriter();
  PolicyWriter(const PolicyWriter&) = delete;
  PolicyWriter& operator=(const PolicyWriter&) = delete;

  // `done` is called once, on the writer's thread, when the policy is durable or has failed; over
  // the limit at once, before save() returns. It must not throw. From any thread.
  void save(KnownPolicy policy, std::function<void(Result<void>)> done);

  // The same for PolicyStore::erase(), in order with the saves.
  void erase(Domain domain, std::function<void(Result<bool>)> done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
