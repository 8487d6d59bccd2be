#include "store/day_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/descriptor.h"
#include "store/day_salvage.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLockPause{20};
constexpr int kLockTries = 500;  // 10 s

constexpr DatabaseFormat kFormat{
    .application_id = 0x73746472,  // "stdr"
    .format = 1,
    .oldest_reader = 1,
    .settings = "",
    .tables =
        "CREATE TABLE IF NOT EXISTS domains ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " name TEXT NOT NULL UNIQUE) STRICT;"
        "CREATE TABLE IF NOT EXISTS policies ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " type TEXT NOT NULL, domain TEXT NOT NULL, strings TEXT NOT NULL, mx_hosts TEXT NOT NULL,"
        " UNIQUE (type, domain, strings, mx_hosts)) STRICT;"
        "CREATE TABLE IF NOT EXISTS failures ("
        " id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " type TEXT NOT NULL, sending_mta_ip TEXT NOT NULL, receiving_mx_hostname TEXT NOT NULL,"
        " receiving_mx_helo TEXT NOT NULL, receiving_ip TEXT NOT NULL,"
        " additional_information TEXT NOT NULL, reason_code TEXT NOT NULL,"
        " UNIQUE (type, sending_mta_ip, receiving_mx_hostname, receiving_mx_helo, receiving_ip,"
        " additional_information, reason_code)) STRICT;"
        "CREATE TABLE IF NOT EXISTS days ("
        " day INTEGER PRIMARY KEY, domains INTEGER NOT NULL) STRICT;"
        "CREATE TABLE IF NOT EXISTS day_domains ("
        " day INTEGER NOT NULL, domain INTEGER NOT NULL, record TEXT NOT NULL,"
        " policies INTEGER NOT NULL, failures INTEGER NOT NULL,"
        " PRIMARY KEY (day, domain)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS sessions ("
        " day INTEGER NOT NULL, domain INTEGER NOT NULL, policy INTEGER NOT NULL,"
        " successes INTEGER NOT NULL, failures INTEGER NOT NULL,"
        " PRIMARY KEY (day, domain, policy)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS session_failures ("
        " day INTEGER NOT NULL, domain INTEGER NOT NULL, policy INTEGER NOT NULL,"
        " failure INTEGER NOT NULL, sessions INTEGER NOT NULL,"
        " PRIMARY KEY (day, domain, policy, failure)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS state ("
        " name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
        "INSERT OR IGNORE INTO state VALUES ('generation', 1);",
};

// Held on the directory: who makes or repairs the file is alone. Unlocks when closed.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(const fs::path& dir) {
    DirectoryLock lock(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock.fd_) {
      return fail(Errc::io, fmt::format("{}: {}", dir.string(), std::strerror(errno)));
    }
    for (int tries = 0; tries < kLockTries; ++tries) {
      if (::flock(lock.fd_.get(), LOCK_EX | LOCK_NB) == 0) return lock;
      if (errno != EWOULDBLOCK && errno != EINTR) break;
      std::this_thread::sleep_for(kLockPause);
    }
    return fail(Errc::io,
                fmt::format("{}: cannot be locked: {}", dir.string(), std::strerror(errno)));
  }

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  Descriptor fd_;
};

// Reads the whole file: damage is met now, not in the middle of a report.
Result<SqliteConnection> open_checked(const fs::path& file) {
  auto connection = open_day_database(file, StoreAccess::read_write);
  if (!connection) return connection;
  const auto problems = connection->check_structure(CheckDepth::quick, 1);
  if (!problems) return std::unexpected(problems.error());
  if (problems->empty()) return connection;
  return fail(Errc::corrupt, fmt::format("{}: {}", file.string(), problems->front()));
}

}  // namespace

Result<SqliteConnection> open_day_database(const fs::path& file, StoreAccess access) {
  return open_database(file, access, kFormat);
}

Result<SqliteConnection> open_day_file(const fs::path& dir, StoreAccess access, Log& log) {
  const fs::path file = dir / kDayFile;
  if (access == StoreAccess::read_only) return open_day_database(file, access);
  if (auto made = make_state_directory(dir); !made) return std::unexpected(made.error());
  const auto lock = DirectoryLock::take(dir);
  if (!lock) return std::unexpected(lock.error());
  auto connection = open_checked(file);
  if (connection || connection.error().code != Errc::corrupt) return connection;
  if (auto saved = salvage_day_file(dir, connection.error().detail, log); !saved) {
    return std::unexpected(saved.error());
  }
  return open_day_database(file, access);
}

}  // namespace strictmx
