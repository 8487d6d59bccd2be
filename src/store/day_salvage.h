// store/day_salvage.h: replaces a damaged database of TLS results by a new one with the rows that
// SQLite can still read. The damaged file is kept beside it. Private to src/store.
#pragma once
#include <filesystem>
#include <string>

#include "base/log.h"
#include "base/result.h"

namespace strictmx {

// Nobody in this process may have the file open. Each table is read from its first row to the first
// that cannot be had, and again from its last one backwards. Says in the log (day_file_damaged) how
// many rows there were and where the damaged file is now. Errors: Errc::io; then it is where it
// was.
Result<void> salvage_day_file(const std::filesystem::path& dir, const std::string& why, Log& log);

}  // namespace strictmx
