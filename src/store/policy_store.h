// store/policy_store.h: the policies on disk, in SQLite (WAL). A saved policy survives SIGKILL and
// power loss (synchronous=FULL). Format: docs/formats/policy-store.md.
// Damage is never fatal: a row that cannot be read is reported and skipped, and a file whose pages
// are damaged is replaced by a new one with the rows that are intact (store/policy_salvage). It is
// met when a page is read; all pages are by check_policy_structure().
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
  // read_write checks the whole file before, and repairs it.
  virtual Result<std::size_t> load_all(const std::function<void(KnownPolicy)>& each) = 0;

  struct Part {
    std::vector<KnownPolicy> policies;
    std::size_t unreadable = 0;
    std::string last;  // where the next part begins
    bool end = false;
  };
  // Up to `limit` rows in the order of domains, those behind the text `after`. As load_all(), but
  // of a file that is sound as far as anybody knows. After Errc::corrupt the caller is to begin
  // anew, with a file that the next call repairs.
  virtual Result<Part> load_part(const std::string& after, std::size_t limit) = 0;

  // Reads the whole file and repairs it if need be.
  virtual Result<void> repair() = 0;

  // The policy of one domain. read_write repairs a damaged file and looks again.
  // Errors: Errc::not_found, Errc::io, Errc::corrupt (also of the row alone).
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

  // How often, since open(), the file was found removed or was replaced because it was damaged:
  // rows may be missing that were there before.
  virtual std::size_t losses() const = 0;
};

// Reads all pages of DIR/policies.sqlite, beside a store that has it open. Errors: Errc::corrupt,
// Errc::io, Errc::not_found, Errc::unsupported.
Result<void> check_policy_structure(const std::filesystem::path& dir);

}  // namespace strictmx
