// store/damaged_file.h: puts a new database, of what can still be read, in the place of a damaged
// one, which is kept beside it. Private to src/store.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"

namespace strictmx {

// Of older damaged files this many are kept; the oldest is removed.
constexpr std::size_t kMaxDamagedFiles = 4;

// Makes the database `to` of what it can read in `from`, leaves both closed and no log beside the
// new one, and says how many rows there are.
using CopyRows = std::function<Result<std::int64_t>(const std::filesystem::path& from,
                                                    const std::filesystem::path& to)>;

// Nobody in this process may have the file open. The damaged one is FILE.damaged-<time> afterwards;
// `event` of the log says so, and `why` it was thought damaged. Errors: those of `copy`, Errc::io;
// then the file is where it was.
Result<void> salvage_database(const std::filesystem::path& file, const CopyRows& copy,
                              std::string_view event, const std::string& why, Log& log);

}  // namespace strictmx
