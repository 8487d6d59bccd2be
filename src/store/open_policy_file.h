// store/open_policy_file.h: the policy file while it is open: a connection and its statements, made
// and given up together. Private to src/store.
#pragma once
#include <filesystem>
#include <optional>

#include "base/log.h"
#include "store/policy_store.h"
#include "store/sqlite.h"

namespace strictmx {

struct OpenPolicyFile {
  SqliteConnection connection;
  SqliteStatement find;                  // by domain
  SqliteStatement part;                  // behind a domain, up to a number
  std::optional<SqliteStatement> put;    // absent for read_only
  std::optional<SqliteStatement> erase;  // likewise
  bool alone = false;                    // no other process can use the file
  bool salvaged = false;

  // Damage is met when a page is read. On a full disk, which has no room for the index of the
  // write-ahead log that processes share, the file is opened `alone`, for what can be read of it.
  static Result<OpenPolicyFile> open(const std::filesystem::path& dir, StoreAccess access);

  // Reads the whole file and, when it is damaged, replaces it by what can be salvaged.
  static Result<OpenPolicyFile> open_repaired(const std::filesystem::path& dir, Log& log);
};

// Errors: Errc::corrupt when a page is damaged, Errc::io.
Result<void> check_pages(SqliteConnection& connection, const std::filesystem::path& file);

}  // namespace strictmx
