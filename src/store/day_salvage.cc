#include "store/day_salvage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "store/damaged_file.h"
#include "store/day_file.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

struct Table {
  std::string_view name;
  std::string_view key;
  std::string_view columns;  // one letter each: n is a number, t a text
};

constexpr std::array kTables{
    Table{"domains", "id", "nt"},
    Table{"policies", "id", "ntttt"},
    Table{"failures", "id", "nttttttt"},
    Table{"day_domains", "day {0}, domain", "nntnn"},
    Table{"sessions", "day {0}, domain {0}, policy", "nnnnn"},
    Table{"session_failures", "day {0}, domain {0}, policy {0}, failure", "nnnnn"},
};

// Counters that tell of other rows are counted anew: those rows may be fewer now.
constexpr const char* kRecount =
    "INSERT OR IGNORE INTO day_domains SELECT DISTINCT day, domain, '', 0, 0 FROM sessions;"
    "UPDATE day_domains SET"
    " policies = (SELECT count(*) FROM sessions s"
    "  WHERE s.day = day_domains.day AND s.domain = day_domains.domain),"
    " failures = (SELECT count(*) FROM session_failures f"
    "  WHERE f.day = day_domains.day AND f.domain = day_domains.domain);"
    "INSERT INTO days SELECT day, count(*) FROM day_domains GROUP BY day;";

Result<void> copy_row(SqliteStatement& from, SqliteStatement& to, std::string_view columns) {
  to.reset();
  for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
    if (columns[static_cast<std::size_t>(i)] == 'n') {
      to.bind_number(i + 1, from.number(i));
    } else {
      to.bind_text(i + 1, from.octets(i));
    }
  }
  const auto done = to.step();
  to.reset();
  if (!done) return std::unexpected(done.error());
  return {};
}

// Ends without error where the damaged file cannot be read any further.
Result<void> copy_run(SqliteConnection& damaged, SqliteStatement& put, const Table& table,
                      std::string_view direction) {
  const auto sql = fmt::format("SELECT * FROM {} ORDER BY {} {}", table.name,
                               fmt::format(fmt::runtime(table.key), direction), direction);
  auto rows = damaged.prepare(sql.c_str());
  if (!rows) return {};
  for (;;) {
    const auto more = rows->step();
    if (!more || !*more) return {};
    if (auto done = copy_row(*rows, put, table.columns); !done) return done;
  }
}

Result<void> copy_table(SqliteConnection& damaged, SqliteConnection& fresh, const Table& table) {
  std::string marks;
  for (std::size_t i = 1; i <= table.columns.size(); ++i) {
    marks += fmt::format("{}?{}", i > 1 ? ", " : "", i);
  }
  const auto sql = fmt::format("INSERT OR IGNORE INTO {} VALUES ({})", table.name, marks);
  auto put = fresh.prepare(sql.c_str());
  if (!put) return std::unexpected(put.error());
  if (auto done = copy_run(damaged, *put, table, "ASC"); !done) return done;
  return copy_run(damaged, *put, table, "DESC");
}

// How many sums the new file holds.
Result<std::int64_t> copy_readable_rows(const fs::path& from, const fs::path& to) {
  auto damaged = SqliteConnection::open(from.string(), from.string(),
                                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
  auto fresh = open_day_database(to, StoreAccess::read_write);
  if (!fresh) return std::unexpected(fresh.error());
  if (auto begun = fresh->run("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
  for (const auto& table : kTables) {
    if (!damaged) break;  // nothing can be read
    if (auto done = copy_table(*damaged, *fresh, table); !done) {
      return std::unexpected(done.error());
    }
  }
  if (auto done = fresh->run(kRecount); !done) return std::unexpected(done.error());
  if (auto saved = fresh->run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);"); !saved) {
    return std::unexpected(saved.error());
  }
  return fresh->read_number(
      "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM session_failures)");
}

}  // namespace

Result<void> salvage_day_file(const fs::path& dir, const std::string& why, Log& log) {
  return salvage_database(dir / kDayFile, copy_readable_rows, "day_file_damaged", why, log);
}

}  // namespace strictmx
