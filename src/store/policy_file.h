// store/policy_file.h: opens the database of policies and makes sure that it is ours.
// Format: docs/formats/policy-store.md. Private to src/store.
#pragma once
#include <filesystem>

#include "base/result.h"
#include "store/database_file.h"

namespace strictmx {

constexpr std::string_view kPolicyFile = "policies.sqlite";

// As PolicyStore::open; a damaged file is refused, not repaired.
Result<SqliteConnection> open_policy_file(const std::filesystem::path& dir, StoreAccess access);

// The same for writing, with a lock that shuts out other processes. Needs no room on the disk.
Result<SqliteConnection> open_policy_file_alone(const std::filesystem::path& dir);

// The same for a file of any name, whose directory exists. Errors: also Errc::not_found when it is
// opened for reading and is not there.
Result<SqliteConnection> open_policy_database(const std::filesystem::path& file,
                                              StoreAccess access);

}  // namespace strictmx
