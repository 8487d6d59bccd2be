// store/damaged_file.h: puts a new database in the place of a damaged one, which is kept beside it.
// Private to src/store.
#pragma once
#include <filesystem>

#include "base/result.h"

namespace strictmx {

// Of older damaged files this many are kept; the oldest is removed.
constexpr std::size_t kMaxDamagedFiles = 4;

// The database and SQLite's files beside it; whatever is not there is no error.
void remove_database(const std::filesystem::path& file);

// Nobody in this process may have either file open; the new one has no log beside it. Returns where
// the damaged one is now: FILE.damaged-<time>. Errors: Errc::io; then it is where it was.
Result<std::filesystem::path> replace_damaged(const std::filesystem::path& file,
                                              const std::filesystem::path& fresh);

}  // namespace strictmx
