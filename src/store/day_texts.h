// store/day_texts.h: texts of the day store that are kept once and referred to by number: domains,
// policies, failures. Remembers the numbers it met last. Private to src/store.
// Limit: 8 MiB of remembered texts; then all are forgotten.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/tls_result.h"
#include "store/sqlite.h"

namespace strictmx {

class DayTexts {
 public:
  // `connection` must outlive the object.
  static Result<DayTexts> prepare(SqliteConnection& connection);

  // To be called first in each transaction: numbers that another process erased are forgotten.
  Result<void> check_generation();

  // Within a transaction that writes. The texts are bound() first. make: absent ones are added.
  enum class Missing : std::uint8_t { make, leave };
  Result<std::optional<std::int64_t>> domain_id(const Domain& domain, Missing missing);
  Result<std::optional<std::int64_t>> policy_id(const ReportedPolicy& policy, Missing missing);
  Result<std::optional<std::int64_t>> failure_id(const FailureDetails& details, Missing missing);

 private:
  struct Kind {
    SqliteStatement find;
    SqliteStatement add;
  };
  DayTexts(SqliteStatement generation, Kind domains, Kind policies, Kind failures)
      : generation_(std::move(generation)),
        domains_(std::move(domains)),
        policies_(std::move(policies)),
        failures_(std::move(failures)) {}
  static Result<Kind> prepare_kind(SqliteConnection& connection, const char* table,
                                   std::span<const char* const> columns);
  std::optional<std::int64_t> recall(const std::string& key) const;
  void forget();
  Result<std::optional<std::int64_t>> look_up(Kind& kind, std::span<const std::string_view> texts,
                                              const std::string& key, Missing missing);

  SqliteStatement generation_;
  Kind domains_;
  Kind policies_;
  Kind failures_;
  std::int64_t seen_generation_ = 0;
  std::unordered_map<std::string, std::int64_t> known_;
  std::size_t known_bytes_ = 0;
};

// How a list is stored: one text per line. Lines are bound(), so none holds a line end.
std::string join_lines(const std::vector<std::string>& lines);
std::vector<std::string> split_lines(std::string_view text);

}  // namespace strictmx
