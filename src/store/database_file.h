// store/database_file.h: opens an SQLite database of ours (WAL) and makes sure that it is one, of
// the kind and format that is asked for. Marks: docs/formats/policy-store.md. Private to src/store.
#pragma once
#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "store/sqlite.h"
#include "store/store_access.h"

namespace strictmx {

constexpr std::size_t kPageBytes = 4096;  // of every file we make

struct DatabaseFormat {
  std::int64_t application_id;  // tells the kinds apart
  unsigned format;              // what this program writes
  unsigned oldest_reader;       // the oldest program that may use what it writes
  const char* settings;         // PRAGMAs for a connection that writes
  const char* tables;           // CREATE TABLE IF NOT EXISTS ...;
};

// alone: with a lock that shuts out other processes. On a full disk, which has no room for the
// index of the write-ahead log that processes share, this is how a file can still be read.
enum class Sharing : std::uint8_t { shared, alone };

// `file` is made when it is opened for writing; its directory exists. A damaged file is refused,
// not repaired. Errors: Errc::io, Errc::corrupt, Errc::unsupported (newer format, or the database
// of another program); opened for reading also Errc::not_found.
Result<SqliteConnection> open_database(const std::filesystem::path& file, StoreAccess access,
                                       const DatabaseFormat& format,
                                       Sharing sharing = Sharing::shared);

// Mode 0700 when it is made; parents as the umask says. Errors: Errc::io.
Result<void> make_state_directory(const std::filesystem::path& dir);

// Errc::io with the text of errno.
std::unexpected<Error> system_failure(const std::filesystem::path& path);

// Writes to disk that names in the directory were made or changed. Errors: Errc::io.
Result<void> sync_directory(const std::filesystem::path& dir);

}  // namespace strictmx
