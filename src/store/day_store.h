// store/day_store.h: sums of TLS sessions by day, domain, policy and failure, on disk in SQLite
// (WAL) until they are reported or too old. Format: docs/formats/day-store.md.
// Several processes and threads may use the file at once, each through a store of its own: writers
// wait for one another (5 s at most), readers see finished transactions.
// Limits, so that no peer can grow the file: domains per day, policies and different failures per
// domain and day. What is beyond is counted under one "other" row, so that the sums stay exact;
// only a domain too many is not counted at all.
// Damage is never fatal: a row that cannot be used is left out and reported; a damaged file is set
// aside (tls-results.sqlite.damaged-<time>) and a new one made of what can be read of it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "core/tls_result.h"
#include "store/store_access.h"

namespace strictmx {

constexpr std::size_t kMaxDayDomains = 1'000'000;
constexpr std::size_t kMaxDomainPolicies = 100;   // of one domain on one day
constexpr std::size_t kMaxDomainFailures = 1000;  // likewise, over all policies
constexpr std::size_t kMaxDays = 400;             // the oldest are erased by add()

// What add() could not keep apart.
struct DayOverflow {
  std::uint64_t lost_sessions = 0;   // of domains beyond kMaxDayDomains
  std::uint64_t other_policies = 0;  // sessions counted under other_policy()
  std::uint64_t other_failures = 0;  // failures counted under other_failure()
};

// Used from one thread at a time.
class DayStore {
 public:
  // Opens or makes DIR/tls-results.sqlite (mode 0600, DIR 0700 when made). read_only neither makes
  // nor changes anything. `log` must outlive the store.
  // Errors: Errc::io, Errc::unsupported (newer format, or the database of another program);
  // read_only also Errc::not_found and Errc::corrupt.
  static Result<std::unique_ptr<DayStore>> open(const std::filesystem::path& dir,
                                                StoreAccess access, Log& log);
  virtual ~DayStore() = default;

  // Adds sessions to the sums, all or nothing in one transaction; durable when it returns. A record
  // that is not empty replaces the one of the domain's day. Texts are bound() first. After a
  // failure nothing was added: the same may be tried again; the file is opened anew, a damaged one
  // repaired. Errors: Errc::io, Errc::corrupt.
  virtual Result<DayOverflow> add(std::span<const DomainResults> results) = 0;

  // The same for results that are made one by one: `produce` hands each to its argument. It is
  // called again, for the same results, when the file had to be repaired.
  using Take = std::function<void(const DomainResults&)>;
  virtual Result<DayOverflow> add_each(const std::function<void(const Take&)>& produce) = 0;

  // The days that have results, oldest first. Errors: Errc::io, Errc::corrupt.
  virtual Result<std::vector<Day>> list_days() = 0;

  // Calls `each` for every domain of the day, in no particular order. `each` may call find(), and
  // nothing that writes. Errors: as list_days().
  virtual Result<void> visit_domains(Day day, const std::function<void(const Domain&)>& each) = 0;

  // All results of one domain on one day; policies in the order they came. Rows that cannot be used
  // are left out (event day_row_unreadable). Errors: Errc::not_found, Errc::io, Errc::corrupt.
  virtual Result<DomainResults> find(Day day, const Domain& domain) = 0;

  // Erases a day, in transactions of at most 2000 domains so that writers need not wait long.
  // Returns false when there was none. Errors: as add().
  virtual Result<bool> erase_day(Day day) = 0;

  // The same for all days before this one; returns how many there were.
  virtual Result<std::size_t> erase_before(Day day) = 0;
};

}  // namespace strictmx
