#include "store/report_queue.h"

#include <fmt/format.h>

#include <utility>

#include "store/database_file.h"
#include "store/report_rows.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr const char* kQueueFile = "reports.sqlite";
constexpr std::size_t kMaxReport = 16 << 20;

constexpr DatabaseFormat kFormat{
    .application_id = 0x73727071,  // "srpq"
    .format = 1,
    .oldest_reader = 1,
    .settings = "",
    .tables =
        "CREATE TABLE IF NOT EXISTS closed_days ("
        " day INTEGER PRIMARY KEY, closed_at INTEGER NOT NULL) STRICT;"
        "CREATE TABLE IF NOT EXISTS built ("
        " day INTEGER NOT NULL, domain TEXT NOT NULL, outcome TEXT NOT NULL,"
        " PRIMARY KEY (day, domain)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS reports ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, day INTEGER NOT NULL, domain TEXT NOT NULL,"
        " number INTEGER NOT NULL, report_id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,"
        " json BLOB NOT NULL, UNIQUE (day, domain, number)) STRICT;"
        "CREATE TABLE IF NOT EXISTS deliveries ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, report INTEGER NOT NULL, ordinal INTEGER NOT NULL,"
        " uri TEXT NOT NULL, host TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,"
        " first_at INTEGER NOT NULL, next_at INTEGER NOT NULL, detail TEXT NOT NULL,"
        " UNIQUE (report, ordinal)) STRICT;"
        "CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_at)"
        " WHERE state = 'waiting';"
        "CREATE INDEX IF NOT EXISTS deliveries_done ON deliveries (next_at, host)"
        " WHERE state = 'delivered';"};

class SqliteReportQueue final : public ReportQueue {
 public:
  SqliteReportQueue(std::unique_ptr<SqliteConnection> connection, ReportRows rows)
      : connection_(std::move(connection)), rows_(std::move(rows)) {}

  Result<std::vector<Day>> closed_days() override { return rows_.closed_days(); }
  Result<std::set<Domain>> built_domains(Day day) override { return rows_.built_domains(day); }
  Result<unsigned> next_number(Day day, const Domain& domain) override {
    return rows_.next_number(day, domain);
  }

  Result<void> add(std::span<const BuiltDomain> built, WallTime now) override {
    return change([&]() -> Result<void> {
      for (const auto& one : built) {
        if (auto added = add_one(one, now); !added) return added;
      }
      return {};
    });
  }

  Result<void> close_day(Day day, WallTime now) override {
    return change([&] { return rows_.close_day(day, now); });
  }

  Result<std::vector<QueuedDelivery>> claim_due(WallTime now, Seconds lease, std::size_t limit,
                                                const DeliveryFilter& filter) override {
    std::vector<QueuedDelivery> due;
    auto claimed = change([&]() -> Result<void> {
      auto found = rows_.find_due(now, limit, filter);
      if (!found) return std::unexpected(found.error());
      due = *std::move(found);
      for (const auto& delivery : due) {
        if (auto moved = rows_.put_off(delivery.id, now + lease); !moved) return moved;
      }
      return {};
    });
    if (!claimed) return std::unexpected(claimed.error());
    return due;
  }

  Result<void> record(std::int64_t delivery, const DeliveryStatus& status) override {
    return change([&] { return rows_.record(delivery, status); });
  }

  Result<std::size_t> hurry(std::optional<Day> day, WallTime now) override {
    std::size_t count = 0;
    auto done = change([&]() -> Result<void> {
      auto changed = rows_.hurry(day, now);
      if (!changed) return std::unexpected(changed.error());
      count = *changed;
      return {};
    });
    if (!done) return std::unexpected(done.error());
    return count;
  }

  Result<std::optional<WallTime>> next_due() override { return rows_.next_due(); }
  Result<QueueCounts> count() override { return rows_.count(); }
  Result<std::map<std::string, std::uint64_t>> count_mailed(Day day) override {
    return rows_.count_mailed(day);
  }
  Result<void> visit(const std::function<void(const QueuedDelivery&)>& each) override {
    return rows_.visit(each);
  }

  Result<std::size_t> erase_before(Day day) override {
    std::size_t count = 0;
    auto done = change([&]() -> Result<void> {
      auto erased = rows_.erase_before(day);
      if (!erased) return std::unexpected(erased.error());
      count = *erased;
      return {};
    });
    if (!done) return std::unexpected(done.error());
    return count;
  }

 private:
  // One transaction; after a failure nothing of it remains.
  template <class Change>
  Result<void> change(Change change) {
    if (auto begun = connection_->run("BEGIN IMMEDIATE"); !begun) return begun;
    auto done = change();
    if (done) done = connection_->run("COMMIT");
    if (!done) static_cast<void>(connection_->run("ROLLBACK"));
    return done;
  }

  Result<void> add_one(const BuiltDomain& built, WallTime now) {
    if (built.extent == BuiltDomain::Extent::whole_day) {
      const auto is_new = rows_.add_built(built.day, built.domain, built.outcome);
      if (!is_new) return std::unexpected(is_new.error());
      if (!*is_new) return {};
    }
    for (const auto& report : built.reports) {
      if (report.gzipped_json.size() > kMaxReport) {
        return fail(Errc::too_large, fmt::format("report {} is too large", report.report_id));
      }
      const auto id = rows_.add_report(built.day, built.domain, report, now);
      if (!id) return std::unexpected(id.error());
      unsigned ordinal = 0;
      for (const auto& delivery : report.deliveries) {
        if (auto added = rows_.add_delivery(*id, ++ordinal, delivery); !added) return added;
      }
    }
    return {};
  }

  std::unique_ptr<SqliteConnection> connection_;  // the statements of rows_ refer to it
  ReportRows rows_;
};

Result<std::unique_ptr<ReportQueue>> open_once(const fs::path& dir, StoreAccess access) {
  auto opened = open_database(dir / kQueueFile, access, kFormat);
  if (!opened) return std::unexpected(opened.error());
  auto connection = std::make_unique<SqliteConnection>(*std::move(opened));
  const auto damage = connection->check_structure(CheckDepth::full, 1);
  if (!damage) return std::unexpected(damage.error());
  if (!damage->empty())
    return fail(Errc::corrupt, (dir / kQueueFile).string() + ": " + damage->front());
  auto rows = ReportRows::prepare(*connection);
  if (!rows) return std::unexpected(rows.error());
  return std::make_unique<SqliteReportQueue>(std::move(connection), *std::move(rows));
}

void set_aside(const fs::path& dir) {
  const auto file = dir / kQueueFile;
  std::error_code ignored;
  fs::rename(file, file.string() + ".damaged", ignored);
  for (const auto* end : {"-wal", "-shm"}) fs::remove(file.string() + end, ignored);
}

}  // namespace

std::string_view name_of(BuildOutcome outcome) {
  switch (outcome) {
    case BuildOutcome::queued:
      return "queued";
    case BuildOutcome::no_record:
      return "no_record";
    case BuildOutcome::opted_out:
      return "opted_out";
    case BuildOutcome::own_mail:
      return "own_mail";
    case BuildOutcome::no_sessions:
      return "no_sessions";
  }
  return "queued";
}

Result<std::unique_ptr<ReportQueue>> ReportQueue::open(const fs::path& dir, StoreAccess access,
                                                       Log& log) {
  if (access == StoreAccess::read_write) {
    if (auto made = make_state_directory(dir); !made) return std::unexpected(made.error());
  }
  auto queue = open_once(dir, access);
  if (queue || queue.error().code != Errc::corrupt || access == StoreAccess::read_only) {
    return queue;
  }
  log.error("report_file_damaged", {{"why", queue.error().detail}});
  set_aside(dir);
  return open_once(dir, access);
}

}  // namespace strictmx
