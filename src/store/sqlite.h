// store/sqlite.h: the little of SQLite that the store needs, with handles that free themselves and
// failures as Errors whose detail begins with the database's path. Private to src/store.
// A connection and its statements are used from one thread at a time; statements go first.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strictmx {

struct StatementFinalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct ConnectionCloser {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};

class SqliteStatement {
 public:
  // Parameters count from 1. The octets must stay until the statement is stepped for the last
  // time. A failed bind is told by the next step().
  void bind_text(int parameter, std::string_view text);
  void bind_blob(int parameter, std::string_view octets);
  void bind_number(int parameter, std::int64_t number);

  // True: there is a row. False: the end. Errors: Errc::io, Errc::corrupt.
  Result<bool> step();
  // Ready to be bound and stepped again.
  void reset();

  // Columns count from 0. The view is valid until the next step() or reset().
  std::string_view octets(int column) const;
  std::int64_t number(int column) const;

 private:
  friend class SqliteConnection;
  SqliteStatement(sqlite3_stmt* statement, std::string path)
      : statement_(statement), path_(std::move(path)) {}
  void keep_failure(int code);

  std::unique_ptr<sqlite3_stmt, StatementFinalizer> statement_;
  std::string path_;
  int bind_failure_ = SQLITE_OK;
};

// quick: the structure of all pages. full: also the order of keys, without which a search misses
// rows, and indexes; 1.2 times the time without any index, over twice with many.
enum class CheckDepth : std::uint8_t { quick, full };

class SqliteConnection {
 public:
  // `name` is a path or a "file:" URI as `flags` (SQLITE_OPEN_*) say; `path` stands in errors.
  static Result<SqliteConnection> open(const std::string& name, const std::string& path, int flags);

  // Statements without parameters; rows are dropped.
  Result<void> run(const char* sql);
  // First column of the only row.
  Result<std::int64_t> read_number(const char* sql);
  Result<SqliteStatement> prepare(const char* sql);

  // What SQLite finds damaged, at most `limit` lines; reads the whole file.
  Result<std::vector<std::string>> check_structure(CheckDepth depth, int limit);

  // All of this database as it is now into an open and empty one, in one step.
  Result<void> copy_into(SqliteConnection& to);

  // How many rows the last INSERT, UPDATE or DELETE changed.
  std::int64_t changed_rows() const;

  bool is_read_only() const;

  // The file at the path is no longer the one that is open.
  bool has_moved() const;

 private:
  SqliteConnection(sqlite3* connection, std::string path)
      : connection_(connection), path_(std::move(path)) {}

  std::unique_ptr<sqlite3, ConnectionCloser> connection_;
  std::string path_;
};

}  // namespace strictmx
