#include "store/policy_file.h"

namespace strictmx {

namespace {

// secure_delete: no page keeps a row that was replaced or erased, for salvage to find.
constexpr DatabaseFormat kFormat{
    .application_id = 0x73746d78,  // "stmx"
    .format = 1,
    .oldest_reader = 1,
    .settings = "PRAGMA secure_delete = ON;",
    .tables =
        "CREATE TABLE IF NOT EXISTS policies ("
        " domain TEXT NOT NULL PRIMARY KEY,"
        " id TEXT NOT NULL,"
        " body BLOB NOT NULL,"
        " fetched_at INTEGER NOT NULL,"
        " checksum INTEGER NOT NULL"
        ") STRICT, WITHOUT ROWID;",
};

}  // namespace

Result<SqliteConnection> open_policy_database(const std::filesystem::path& file,
                                              StoreAccess access) {
  return open_database(file, access, kFormat);
}

Result<SqliteConnection> open_policy_file(const std::filesystem::path& dir, StoreAccess access) {
  if (access == StoreAccess::read_write) {
    if (auto made = make_state_directory(dir); !made) return std::unexpected(made.error());
  }
  return open_policy_database(dir / kPolicyFile, access);
}

Result<SqliteConnection> open_policy_file_alone(const std::filesystem::path& dir) {
  return open_database(dir / kPolicyFile, StoreAccess::read_write, kFormat, Sharing::alone);
}

}  // namespace strictmx
