// store/policy_file.h: opens the database of policies and makes sure that it is ours.
// Format: docs/formats/policy-store.md. Private to src/store.
#pragma once
#include <filesystem>

#include "base/result.h"
#include "store/policy_store.h"
#include "store/sqlite.h"

namespace strictmx {

constexpr std::string_view kPolicyFile = "policies.sqlite";
constexpr std::int64_t kApplicationId = 0x73746d78;  // "stmx"

// As PolicyStore::open; a damaged file is refused, not repaired.
Result<SqliteConnection> open_policy_file(const std::filesystem::path& dir, StoreAccess access);

// The same for a file of any name, whose directory exists. Errors: also Errc::not_found when it is
// opened for reading and is not there.
Result<SqliteConnection> open_policy_database(const std::filesystem::path& file,
                                              StoreAccess access);

// Writes to disk that names in the directory were made or changed. Errors: Errc::io.
Result<void> sync_directory(const std::filesystem::path& dir);

}  // namespace strictmx
