// store/policy_loader.h: reads every row that can be read, also of a damaged table. Private to
// src/store.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "core/known_policy.h"
#include "store/policy_row.h"
#include "store/sqlite.h"

namespace strictmx {

// The columns of row_of(), in its order.
constexpr std::string_view kRowColumns = "domain, id, body, fetched_at, checksum";

// The row a statement with these columns stands on; valid until its next step.
PolicyRow row_of(const SqliteStatement& statement);

struct RowVisitor {
  std::function<void(KnownPolicy)> each;
  // A row that fails its checks; with an empty domain, a page that cannot be read.
  std::function<void(std::string_view domain, const std::string& why)> unreadable;
};

// In the order of domains; behind a page that cannot be read it goes on from the other end.
// Errors: Errc::io.
Result<void> load_rows(SqliteConnection& connection, const RowVisitor& visitor);

}  // namespace strictmx
