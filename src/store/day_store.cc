#include "store/day_store.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "store/day_file.h"
#include "store/day_reader.h"
#include "store/day_rows.h"

namespace strictmx {

namespace {

constexpr std::int64_t kEraseDomains = 2000;  // in one transaction

// A connection and its statements, made and given up together.
struct OpenFile {
  std::unique_ptr<SqliteConnection> connection;  // the statements refer to it
  DayReader reader;
  std::optional<DayAdder> adder;  // absent for read_only

  static Result<OpenFile> open(const std::filesystem::path& dir, StoreAccess access, Log& log) {
    auto opened = open_day_file(dir, access, log);
    if (!opened) return std::unexpected(opened.error());
    auto connection = std::make_unique<SqliteConnection>(*std::move(opened));
    auto reader = DayReader::prepare(*connection, log);
    if (!reader) return std::unexpected(reader.error());
    if (access == StoreAccess::read_only) {
      return OpenFile{std::move(connection), *std::move(reader), std::nullopt};
    }
    auto adder = DayAdder::prepare(*connection);
    if (!adder) return std::unexpected(adder.error());
    return OpenFile{std::move(connection), *std::move(reader), *std::move(adder)};
  }
};

class SqliteDayStore final : public DayStore {
 public:
  SqliteDayStore(std::filesystem::path dir, StoreAccess access, Log& log, OpenFile file)
      : dir_(std::move(dir)), access_(access), log_(log), file_(std::move(file)) {}

  Result<DayOverflow> add(std::span<const DomainResults> results) override;
  Result<DayOverflow> add_each(const std::function<void(const Take&)>& produce) override;
  Result<std::vector<Day>> list_days() override;
  Result<void> visit_domains(Day day, const std::function<void(const Domain&)>& each) override;
  Result<DomainResults> find(Day day, const Domain& domain) override;
  Result<bool> erase_day(Day day) override;
  Result<std::size_t> erase_before(Day day) override;

  // What an erase_day() that was cut short left.
  Result<void> erase_leftovers();

 private:
  Result<void> ensure_open();
  template <class Use>
  auto use(Use use) -> decltype(use());
  template <class Change>
  auto change(Change change) -> decltype(change());
  Result<DayOverflow> add_all(const std::function<void(const Take&)>& produce);
  Result<bool> erase_rows(Day day);
  Result<bool> erase_some(std::int64_t day);
  Result<void> erase_texts();

  std::filesystem::path dir_;
  StoreAccess access_;
  Log& log_;
  std::optional<OpenFile> file_;  // absent after a failure, until the next use
};

// Opening for writing repairs a damaged file.
Result<void> SqliteDayStore::ensure_open() {
  if (file_ && access_ == StoreAccess::read_write && file_->connection->has_moved()) {
    log_.warning("day_file_gone", {{"file", (dir_ / kDayFile).string()}});
    file_.reset();
  }
  if (file_) return {};
  auto opened = OpenFile::open(dir_, access_, log_);
  if (!opened) return std::unexpected(opened.error());
  file_.emplace(*std::move(opened));
  return {};
}

// A failed use gives the connection up: that rolls back, and a new one has no memory of it. After
// damage the file is repaired and the use tried once more.
template <class Use>
auto SqliteDayStore::use(Use use) -> decltype(use()) {
  for (int attempt = 1;; ++attempt) {
    if (auto ready = ensure_open(); !ready) return std::unexpected(ready.error());
    auto used = use();
    if (used || used.error().code == Errc::not_found) return used;
    const bool damaged = used.error().code == Errc::corrupt;
    file_.reset();
    if (attempt == 2 || !damaged || access_ == StoreAccess::read_only) return used;
  }
}

template <class Change>
auto SqliteDayStore::change(Change change) -> decltype(change()) {
  if (access_ == StoreAccess::read_only) {
    return fail(Errc::io, fmt::format("{}: opened for reading", dir_.string()));
  }
  return use(change);
}

Result<DayOverflow> SqliteDayStore::add(std::span<const DomainResults> results) {
  if (results.empty()) return DayOverflow{};
  return add_each([&](const Take& take) {
    for (const auto& one : results) take(one);
  });
}

Result<DayOverflow> SqliteDayStore::add_each(const std::function<void(const Take&)>& produce) {
  auto added = change([&] { return add_all(produce); });
  if (!added) return added;
  const auto days = list_days();
  for (std::size_t i = 0; days && i + kMaxDays < days->size(); ++i) {
    log_.warning("day_erased", {{"day", format_day((*days)[i])}, {"why", "too many days"}});
    if (auto erased = erase_day((*days)[i]); !erased) break;
  }
  return added;
}

Result<DayOverflow> SqliteDayStore::add_all(const std::function<void(const Take&)>& produce) {
  DayOverflow overflow;
  auto& connection = *file_->connection;
  if (auto begun = connection.run("BEGIN IMMEDIATE"); !begun) {
    return std::unexpected(begun.error());
  }
  Result<void> done = file_->adder->start();
  if (done) {
    produce([&](const DomainResults& results) {
      if (done) done = file_->adder->add(results, overflow);
    });
  }
  if (done) done = connection.run("COMMIT");
  if (!done) return std::unexpected(done.error());
  return overflow;
}

Result<std::vector<Day>> SqliteDayStore::list_days() {
  return use([&] { return file_->reader.list_days(); });
}

Result<void> SqliteDayStore::visit_domains(Day day,
                                           const std::function<void(const Domain&)>& each) {
  std::int64_t last = 0;
  for (;;) {
    const auto domains = use([&] { return file_->reader.next_domains(day, last); });
    if (!domains) return std::unexpected(domains.error());
    if (domains->empty()) return {};
    for (const auto& domain : *domains) each(domain);
  }
}

Result<DomainResults> SqliteDayStore::find(Day day, const Domain& domain) {
  return use([&] { return file_->reader.find(day, domain); });
}

Result<bool> SqliteDayStore::erase_day(Day day) {
  auto erased = change([&] { return erase_rows(day); });
  if (!erased || !*erased) return erased;
  const auto cleaned = change([&] { return erase_texts(); });
  if (!cleaned) return std::unexpected(cleaned.error());
  return true;
}

Result<std::size_t> SqliteDayStore::erase_before(Day day) {
  const auto days = list_days();
  if (!days) return std::unexpected(days.error());
  std::size_t erased = 0;
  for (const Day old : *days) {
    if (old >= day) break;
    const auto done = change([&] { return erase_rows(old); });
    if (!done) return std::unexpected(done.error());
    ++erased;
  }
  if (erased == 0) return erased;
  const auto cleaned = change([&] { return erase_texts(); });
  if (!cleaned) return std::unexpected(cleaned.error());
  return erased;
}

// The day itself first: from then on its other rows are as good as absent.
Result<bool> SqliteDayStore::erase_rows(Day day) {
  file_->adder->forget();
  const std::int64_t number = number_of(day);
  const auto sql = fmt::format("DELETE FROM days WHERE day = {}", number);
  if (auto done = file_->connection->run(sql.c_str()); !done) {
    return std::unexpected(done.error());
  }
  const bool known = file_->connection->changed_rows() > 0;
  for (;;) {
    const auto more = erase_some(number);
    if (!more) return more;
    if (!*more) return known;
  }
}

// False: there is no more.
Result<bool> SqliteDayStore::erase_some(std::int64_t day) {
  auto& connection = *file_->connection;
  const auto some =
      fmt::format("FROM (SELECT domain FROM day_domains WHERE day = {} ORDER BY domain LIMIT {})",
                  day, kEraseDomains);
  const auto count = connection.read_number(("SELECT count(*) " + some).c_str());
  if (!count) return std::unexpected(count.error());
  if (*count == 0) return false;
  const auto last = connection.read_number(("SELECT max(domain) " + some).c_str());
  if (!last) return std::unexpected(last.error());
  const auto erase = fmt::format(
      "BEGIN IMMEDIATE; DELETE FROM session_failures {0}; DELETE FROM sessions {0};"
      " DELETE FROM day_domains {0}; COMMIT;",
      fmt::format("WHERE day = {} AND domain <= {}", day, *last));
  if (auto done = connection.run(erase.c_str()); !done) return std::unexpected(done.error());
  return true;
}

Result<void> SqliteDayStore::erase_leftovers() {
  const char* const find =
      "SELECT ifnull(min(day), 0) FROM day_domains WHERE day NOT IN (SELECT day FROM days)";
  for (bool any = false;; any = true) {
    const auto day = file_->connection->read_number(find);
    if (!day) return std::unexpected(day.error());
    if (*day == 0) return any ? erase_texts() : Result<void>{};
    for (Result<bool> more = true; more.value_or(false);) {
      more = erase_some(*day);
      if (!more) return std::unexpected(more.error());
    }
  }
}

Result<void> SqliteDayStore::erase_texts() {
  return file_->connection->run(
      "BEGIN IMMEDIATE;"
      "DELETE FROM failures WHERE id NOT IN (SELECT failure FROM session_failures);"
      "DELETE FROM policies WHERE id NOT IN (SELECT policy FROM sessions);"
      "DELETE FROM domains WHERE id NOT IN (SELECT domain FROM day_domains);"
      "UPDATE state SET value = value + 1 WHERE name = 'generation';"
      "COMMIT;");
}

}  // namespace

Result<std::unique_ptr<DayStore>> DayStore::open(const std::filesystem::path& dir,
                                                 StoreAccess access, Log& log) {
  auto file = OpenFile::open(dir, access, log);
  if (!file) return std::unexpected(file.error());
  auto store = std::make_unique<SqliteDayStore>(dir, access, log, *std::move(file));
  if (access == StoreAccess::read_only) return store;
  if (auto done = store->erase_leftovers(); !done) return std::unexpected(done.error());
  return store;
}

}  // namespace strictmx
