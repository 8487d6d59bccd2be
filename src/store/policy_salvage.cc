#include "store/policy_salvage.h"

#include <fmt/format.h>

#include "store/damaged_file.h"
#include "store/database_pages.h"
#include "store/page_rows.h"
#include "store/policy_file.h"
#include "store/policy_row.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

// Hands the rows to the new database; the first failure ends it.
class RowCopier {
 public:
  static Result<RowCopier> make(SqliteConnection& to) {
    if (auto begun = to.run("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
    auto put = to.prepare(
        "INSERT INTO policies (domain, id, body, fetched_at, checksum) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (domain) DO UPDATE SET id = excluded.id, body = excluded.body,"
        " fetched_at = excluded.fetched_at, checksum = excluded.checksum"
        " WHERE excluded.fetched_at > fetched_at");
    if (!put) return std::unexpected(put.error());
    return RowCopier(*std::move(put));
  }

  void copy(const KnownPolicy& policy) {
    if (!done_) return;
    const auto row = format_row(policy);
    put_.reset();
    put_.bind_text(1, row.domain);
    put_.bind_text(2, row.id);
    put_.bind_blob(3, row.body);
    put_.bind_number(4, row.fetched_at);
    put_.bind_number(5, row.checksum);
    if (const auto stepped = put_.step(); !stepped) done_ = std::unexpected(stepped.error());
    put_.reset();
  }

  const Result<void>& done() const { return done_; }

 private:
  explicit RowCopier(SqliteStatement put) : put_(std::move(put)) {}

  SqliteStatement put_;
  Result<void> done_;
};

// How many rows the new file holds. Closing the connection brings all of it into the one file.
Result<std::int64_t> copy_intact_rows(const fs::path& damaged, const fs::path& to) {
  auto pages = DatabasePages::open(damaged);
  if (!pages) return std::unexpected(pages.error());
  auto fresh = open_policy_database(to, StoreAccess::read_write);
  if (!fresh) return std::unexpected(fresh.error());
  {
    auto copier = RowCopier::make(*fresh);
    if (!copier) return std::unexpected(copier.error());
    const auto read = [&](std::uint32_t number) { return pages->read(number); };
    for (const auto number : pages->numbers()) {
      if (!copier->done()) break;
      read_page_rows(number, read, [&](const KnownPolicy& policy) { copier->copy(policy); });
    }
    if (!copier->done()) return std::unexpected(copier->done().error());
    if (pages->disk_fails()) {
      return fail(Errc::io, fmt::format("{}: no page can be read", damaged.string()));
    }
  }
  if (auto saved = fresh->run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE);"); !saved) {
    return std::unexpected(saved.error());
  }
  return fresh->read_number("SELECT count(*) FROM policies");
}

}  // namespace

Result<void> salvage_policy_file(const fs::path& dir, const std::string& why, Log& log) {
  return salvage_database(dir / kPolicyFile, copy_intact_rows, "policy_file_damaged", why, log);
}

}  // namespace strictmx
