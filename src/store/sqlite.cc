#include "store/sqlite.h"

#include <fmt/format.h>

namespace strictmx {

namespace {

constexpr int kBusyMilliseconds = 5000;

// Our statements are fixed, so one that does not fit the tables means foreign tables. A file that
// ends early or has sectors that cannot be read is damaged too. Everything else is the
// surroundings' fault: full disk, no permission, a lock.
bool is_damage(int code) {
  switch (code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
    case SQLITE_IOERR_DATA:
      return true;
    default:
      break;
  }
  const int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR;
}

std::unexpected<Error> failure(const std::string& path, sqlite3* connection, int code) {
  const char* text = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  return fail(is_damage(code) ? Errc::corrupt : Errc::io,
              fmt::format("{}: {} (SQLite error {})", path, text, code));
}

}  // namespace

void SqliteStatement::keep_failure(int code) {
  if (bind_failure_ == SQLITE_OK) bind_failure_ = code;
}

void SqliteStatement::bind_text(int parameter, std::string_view text) {
  keep_failure(sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(),
                                   SQLITE_STATIC, SQLITE_UTF8));
}

void SqliteStatement::bind_blob(int parameter, std::string_view octets) {
  // A null pointer would be bound as NULL instead of as no octets.
  const char* data = octets.empty() ? "" : octets.data();
  keep_failure(
      sqlite3_bind_blob64(statement_.get(), parameter, data, octets.size(), SQLITE_STATIC));
}

void SqliteStatement::bind_number(int parameter, std::int64_t number) {
  keep_failure(sqlite3_bind_int64(statement_.get(), parameter, number));
}

Result<bool> SqliteStatement::step() {
  const int code = bind_failure_ != SQLITE_OK ? bind_failure_ : sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(path_, sqlite3_db_handle(statement_.get()), code);
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bind_failure_ = SQLITE_OK;
}

std::string_view SqliteStatement::octets(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

Result<SqliteConnection> SqliteConnection::open(const std::string& name, const std::string& path,
                                                int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  SqliteConnection connection(handle, path);  // a failed open leaves a handle to close
  if (code != SQLITE_OK) return failure(path, handle, code);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return connection;
}

Result<void> SqliteConnection::run(const char* sql) {
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(path_, connection_.get(), code);
  return {};
}

Result<std::int64_t> SqliteConnection::read_number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return fail(Errc::corrupt, fmt::format("{}: no answer to {}", path_, sql));
  return statement->number(0);
}

Result<SqliteStatement> SqliteConnection::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return failure(path_, connection_.get(), code);
  return SqliteStatement(statement, path_);
}

Result<std::vector<std::string>> SqliteConnection::check_structure(CheckDepth depth, int limit) {
  const auto sql = fmt::format(
      "PRAGMA {}({})", depth == CheckDepth::quick ? "quick_check" : "integrity_check", limit);
  auto check = prepare(sql.c_str());
  if (!check) return std::unexpected(check.error());
  std::vector<std::string> problems;
  for (;;) {
    const auto more = check->step();
    if (!more) return std::unexpected(more.error());
    if (!*more) return problems;
    if (const auto line = check->octets(0); line != "ok") problems.emplace_back(line);
  }
}

Result<void> SqliteConnection::copy_into(SqliteConnection& to) {
  sqlite3* target = to.connection_.get();
  sqlite3_backup* backup = sqlite3_backup_init(target, "main", connection_.get(), "main");
  if (backup == nullptr) return failure(to.path_, target, sqlite3_extended_errcode(target));
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);  // tells of a failed step
  if (code != SQLITE_OK) return failure(to.path_, target, code);
  return {};
}

std::int64_t SqliteConnection::changed_rows() const { return sqlite3_changes64(connection_.get()); }

bool SqliteConnection::is_read_only() const {
  return sqlite3_db_readonly(connection_.get(), "main") == 1;
}

bool SqliteConnection::has_moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

}  // namespace strictmx
