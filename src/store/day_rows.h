// store/day_rows.h: adds sessions to the sums of the day store, within its limits.
// Remembers the rows of the domains it met, at most 50,000, as long as nobody else writes: most
// domains come again a moment later. Format: docs/formats/day-store.md. Private to src/store.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/keyed_hash.h"
#include "core/tls_result.h"
#include "store/day_store.h"
#include "store/day_texts.h"
#include "store/sqlite.h"

namespace strictmx {

// A day as it is stored: 20261124.
std::int64_t number_of(Day day);
std::optional<Day> day_of_number(std::int64_t number);

class DayAdder {
 public:
  // `connection` must outlive the object.
  static Result<DayAdder> prepare(SqliteConnection& connection);

  // To be called once in each transaction, before add().
  Result<void> start();
  Result<void> add(const DomainResults& results, DayOverflow& overflow);
  // To be called when this connection erased something.
  void forget() { entered_.clear(); }

 private:
  // A row of day_domains, as read and to be written.
  struct Counts {
    std::int64_t day;
    std::int64_t domain;
    std::int64_t policies;
    std::int64_t failures;
  };
  // A domain whose row is known: nobody else has written since.
  struct Entered {
    Counts counts;
    std::uint64_t record_hash;  // 0: not known
  };
  struct Hash {
    HashKey key;
    std::size_t operator()(const std::string& text) const { return keyed_hash(text, key); }
  };
  struct Statements {
    SqliteStatement data_version;
    SqliteStatement find_domain, add_domain, set_counts, set_record;
    SqliteStatement raise_day, add_day, find_day;
    SqliteStatement raise_sessions, add_sessions, raise_failures, add_failures;
  };
  DayAdder(SqliteConnection& connection, DayTexts texts, Statements statements)
      : connection_(&connection), texts_(std::move(texts)), do_(std::move(statements)) {}

  Result<std::optional<Counts>> enter_domain(const DomainResults& results);
  Result<std::optional<Counts>> find_domain(const DomainResults& results);
  Result<bool> enter_day(std::int64_t day);
  Result<bool> raise_sessions(const Counts& counts, std::optional<std::int64_t> policy,
                              const PolicyResults& results);
  Result<bool> raise_failures(const Counts& counts, std::int64_t policy,
                              std::optional<std::int64_t> failure, std::uint64_t sessions);
  Result<void> add_policy(Counts& counts, const Domain& domain, const PolicyResults& results,
                          DayOverflow& overflow);
  Result<void> add_failure(Counts& counts, std::int64_t policy, const CountedFailure& failure,
                           DayOverflow& overflow);
  // Steps a statement that changes rows; true when it changed one. Parameters in order.
  Result<bool> change(SqliteStatement& statement, std::initializer_list<std::int64_t> numbers);

  SqliteConnection* connection_;
  DayTexts texts_;
  Statements do_;
  std::int64_t seen_version_ = 0;
  HashKey key_ = HashKey::random();
  std::unordered_map<std::string, Entered, Hash> entered_{0, Hash{key_}};
};

}  // namespace strictmx
