#include "store/open_policy_file.h"

#include <fmt/format.h>

#include <utility>

#include "store/policy_file.h"
#include "store/policy_loader.h"
#include "store/policy_salvage.h"

namespace strictmx {

namespace {

Result<SqliteStatement> prepare_select(SqliteConnection& connection, std::string_view rest) {
  return connection.prepare(
      fmt::format("SELECT {} FROM policies WHERE {}", kRowColumns, rest).c_str());
}

Result<OpenPolicyFile> prepare(Result<SqliteConnection> connection, StoreAccess access) {
  if (!connection) return std::unexpected(connection.error());
  auto find = prepare_select(*connection, "domain = ?1");
  if (!find) return std::unexpected(find.error());
  auto part = prepare_select(*connection, "domain > ?1 ORDER BY domain LIMIT ?2");
  if (!part) return std::unexpected(part.error());
  OpenPolicyFile file{
      *std::move(connection), *std::move(find), *std::move(part), {}, {}, false, false};
  if (access == StoreAccess::read_only) return file;
  auto put = file.connection.prepare(
      "INSERT OR REPLACE INTO policies (domain, id, body, fetched_at, checksum)"
      " VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!put) return std::unexpected(put.error());
  file.put.emplace(*std::move(put));
  auto erase = file.connection.prepare("DELETE FROM policies WHERE domain = ?1");
  if (!erase) return std::unexpected(erase.error());
  file.erase.emplace(*std::move(erase));
  return file;
}

Result<OpenPolicyFile> open_checked(const std::filesystem::path& dir) {
  auto file = OpenPolicyFile::open(dir, StoreAccess::read_write);
  if (!file) return file;
  if (auto good = check_pages(file->connection, dir / kPolicyFile); !good) {
    return std::unexpected(good.error());
  }
  return file;
}

}  // namespace

Result<void> check_pages(SqliteConnection& connection, const std::filesystem::path& file) {
  auto problems = connection.check_structure(CheckDepth::full, 1);
  if (!problems) return std::unexpected(problems.error());
  if (problems->empty()) return {};
  return fail(Errc::corrupt, fmt::format("{}: {}", file.string(), problems->front()));
}

Result<OpenPolicyFile> OpenPolicyFile::open(const std::filesystem::path& dir, StoreAccess access) {
  auto file = prepare(open_policy_file(dir, access), access);
  if (file || access == StoreAccess::read_only || file.error().code != Errc::io) return file;
  auto alone = prepare(open_policy_file_alone(dir), access);
  if (!alone) return file;
  alone->alone = true;
  return alone;
}

// Looks twice: a disk may fail to read once.
Result<OpenPolicyFile> OpenPolicyFile::open_repaired(const std::filesystem::path& dir, Log& log) {
  auto file = open_checked(dir);
  if (!file && file.error().code == Errc::corrupt) file = open_checked(dir);
  if (file || file.error().code != Errc::corrupt) return file;
  if (auto saved = salvage_policy_file(dir, file.error().detail, log); !saved) {
    return std::unexpected(saved.error());
  }
  file = open(dir, StoreAccess::read_write);
  if (file) file->salvaged = true;
  return file;
}

}  // namespace strictmx
