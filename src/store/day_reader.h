// store/day_reader.h: reads the sums of the day store. Format: docs/formats/day-store.md. Private
// to src/store.
#pragma once
#include <vector>

#include "base/log.h"
#include "core/tls_result.h"
#include "store/sqlite.h"

namespace strictmx {

class DayReader {
 public:
  // `connection` and `log` must outlive the object. Rows that cannot be used are left out, each
  // with a line in the log (day_row_unreadable, the first 100).
  static Result<DayReader> prepare(SqliteConnection& connection, Log& log);

  Result<std::vector<Day>> list_days();
  // Domains of the day by rising number, a few at a time: those after `last`, which then is that of
  // the last one (0 at first). Empty: there is no more.
  Result<std::vector<Domain>> next_domains(Day day, std::int64_t& last);
  // Errors: also Errc::not_found. After another one the connection is to be given up.
  Result<DomainResults> find(Day day, const Domain& domain);

 private:
  struct Statements {
    SqliteStatement begin, commit, days, domains, domain, policies, failures;
  };
  DayReader(Statements statements, Log& log) : read_(std::move(statements)), log_(&log) {}
  Result<DomainResults> find_now(Day day, const Domain& domain);
  Result<std::vector<std::int64_t>> read_policies(std::int64_t day, std::int64_t domain,
                                                  DomainResults& results);
  Result<void> read_failures(std::int64_t day, std::int64_t domain,
                             const std::vector<std::int64_t>& ids, DomainResults& results);
  void skip(Day day, std::string_view domain, const char* why);

  Statements read_;
  Log* log_;
  std::size_t skipped_ = 0;
};

}  // namespace strictmx
