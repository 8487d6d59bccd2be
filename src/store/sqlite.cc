#include "store/sqlite.h"

#include <fmt/format.h>

namespace strictmx {

namespace {

constexpr int kBusyMilliseconds = 5000;

// Our statements are fixed, so one that does not fit the tables means foreign tables. Everything
// else is the surroundings' fault: full disk, no permission, a lock.
std::unexpected<Error> failure(const std::string& path, sqlite3* connection, int code) {
  const int primary = code & 0xff;
  const bool damaged =
      primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR;
  const char* text = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  return fail(damaged ? Errc::corrupt : Errc::io,
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

bool SqliteConnection::has_moved() const {
  int moved = 0;
  const int code = sqlite3_file_control(connection_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

}  // namespace strictmx
