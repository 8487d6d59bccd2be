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
constexpr std::int64_t kFormatVersion = 1;

// As PolicyStore::open.
Result<SqliteConnection> open_policy_file(const std::filesystem::path& dir, StoreAccess access);

}  // namespace strictmx
