#include "store/policy_backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/descriptor.h"
#include "store/policy_file.h"
#include "store/policy_loader.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

void add_problem(VerifyReport& report, std::string line) {
  if (report.problems.size() < kMaxProblems) report.problems.push_back(std::move(line));
}

Result<void> verify_rows(SqliteConnection& connection, VerifyReport& report) {
  return load_rows(connection,
                   {[&](const KnownPolicy&) { ++report.intact; },
                    [&](std::string_view domain, const std::string& why) {
                      add_problem(report,
                                  domain.empty() ? why : fmt::format("row of {}: {}", domain, why));
                    }});
}

// An empty file with the right permissions, whatever there was.
Result<void> make_empty(const fs::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal"}) fs::remove(file.string() + suffix, ignored);
  const Descriptor fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return system_failure(file);
  return {};
}

Result<void> copy_database(const fs::path& dir, const fs::path& to) {
  auto from = open_policy_file(dir, StoreAccess::read_only);
  if (!from) return std::unexpected(from.error());
  auto copy = SqliteConnection::open(to.string(), to.string(), SQLITE_OPEN_READWRITE);
  if (!copy) return std::unexpected(copy.error());
  if (auto copied = from->copy_into(*copy); !copied) return copied;
  // One file, without a log beside it.
  return copy->run("PRAGMA journal_mode = DELETE;");
}

Result<std::size_t> make_copy(const fs::path& dir, const fs::path& to) {
  if (auto made = make_empty(to); !made) return std::unexpected(made.error());
  if (auto copied = copy_database(dir, to); !copied) return std::unexpected(copied.error());
  auto report = verify_policies(to);
  if (!report) return std::unexpected(report.error());
  if (report->problems.empty()) return report->intact;
  return fail(Errc::corrupt, fmt::format("{}: damaged, so there is no backup: {}",
                                         policy_file_of(dir).string(), report->problems.front()));
}

}  // namespace

fs::path policy_file_of(const fs::path& dir) { return dir / kPolicyFile; }

Result<VerifyReport> verify_policies(const fs::path& file) {
  VerifyReport report;
  auto connection = open_policy_database(file, StoreAccess::read_only);
  if (!connection) {
    if (connection.error().code != Errc::corrupt) return std::unexpected(connection.error());
    add_problem(report, connection.error().detail);
    return report;
  }
  auto structure = connection->check_structure(CheckDepth::full, 100);
  if (structure) {
    for (auto& line : *structure) add_problem(report, std::move(line));
  } else if (structure.error().code == Errc::corrupt) {
    add_problem(report, structure.error().detail);
  } else {
    return std::unexpected(structure.error());
  }
  if (auto rows = verify_rows(*connection, report); !rows) {
    if (rows.error().code != Errc::corrupt) return std::unexpected(rows.error());
    add_problem(report, rows.error().detail);
  }
  return report;
}

Result<std::size_t> backup_policies(const fs::path& dir, const fs::path& target) {
  const fs::path partial = target.string() + ".partial";
  auto rows = make_copy(dir, partial);
  if (rows && ::rename(partial.c_str(), target.c_str()) != 0) rows = system_failure(target);
  if (!rows) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    return rows;
  }
  if (auto synced = sync_directory(fs::absolute(target).parent_path()); !synced) {
    return std::unexpected(synced.error());
  }
  return rows;
}

}  // namespace strictmx
