// store/day_file.h: opens the database of TLS results; one opener at a time makes or repairs it.
// Format: docs/formats/day-store.md. Private to src/store.
#pragma once
#include <filesystem>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "store/database_file.h"

namespace strictmx {

constexpr std::string_view kDayFile = "tls-results.sqlite";

// For reading: errors as of open_database(). For writing: the directory and the file are made where
// there are none, the structure is read, and a damaged file is replaced (event day_file_damaged).
// Waits at most 10 s for others who do the same. Errors then: Errc::io, Errc::unsupported.
Result<SqliteConnection> open_day_file(const std::filesystem::path& dir, StoreAccess access,
                                       Log& log);

// The same for a file of any name, whose directory exists; a damaged one is refused.
Result<SqliteConnection> open_day_database(const std::filesystem::path& file, StoreAccess access);

}  // namespace strictmx
