// store/policy_salvage.h: replaces a damaged database by a new one with every row that is intact.
// The damaged file is kept beside it. Private to src/store.
#pragma once
#include <filesystem>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "store/damaged_file.h"

namespace strictmx {

// Nobody in this process may have the file open. The rows are taken from its pages and those of
// its write-ahead log, without SQLite; of several rows of a domain the one fetched last. Says in
// the log (policy_file_damaged) how many there were and where the damaged file is now: beside it,
// as policies.sqlite.damaged-<time>. Errors: Errc::io; then the damaged file is where it was.
Result<void> salvage_policy_file(const std::filesystem::path& dir, const std::string& why,
                                 Log& log);

}  // namespace strictmx
