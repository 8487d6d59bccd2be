#include "store/database_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.h"
#include "store/store_version.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

// An empty file is an empty database; SQLite gives its other files the same mode. An existing one
// is not touched: closing any descriptor of it would drop the locks of this process.
Result<void> make_file(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd) return sync_directory(fs::absolute(path).parent_path());
  if (errno == EEXIST) return {};
  return system_failure(path);
}

enum class Content : std::uint8_t { empty, ours };

// Errors: Errc::corrupt, Errc::unsupported, Errc::io.
Result<Content> identify(SqliteConnection& connection, const fs::path& path,
                         const DatabaseFormat& format) {
  const auto tables = connection.read_number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  const auto application = connection.read_number("PRAGMA application_id");
  if (!application) return std::unexpected(application.error());
  const auto version = connection.read_number("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*tables == 0 && *application == 0 && *version == 0) return Content::empty;
  const auto marked = parse_store_version(*version);
  if (*application != format.application_id && !marked) {
    return fail(Errc::unsupported,
                fmt::format("{}: is a database, but not one of strictmx", path.string()));
  }
  if (*application != format.application_id || !marked) {
    return fail(Errc::corrupt, fmt::format("{}: its marks are damaged", path.string()));
  }
  if (marked->oldest_reader > format.format) {
    return fail(Errc::unsupported,
                fmt::format("{}: has format {}, made by a newer strictmx; this one knows {}",
                            path.string(), marked->format, format.format));
  }
  return Content::ours;
}

// SQLite opens a file for reading when its header asks for that, or its permissions do.
Result<void> check_writable(const SqliteConnection& connection, const fs::path& path) {
  if (!connection.is_read_only()) return {};
  if (::access(path.c_str(), W_OK) != 0) return system_failure(path);
  return fail(Errc::corrupt, fmt::format("{}: its header is damaged", path.string()));
}

// Another process may do the same at this moment: the tables are made once.
Result<void> make_tables(SqliteConnection& connection, const DatabaseFormat& format) {
  const auto make = fmt::format(
      "BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
      format.tables, format.application_id,
      format_store_version({format.format, format.oldest_reader}));
  return connection.run(make.c_str());
}

Result<void> prepare_writing(SqliteConnection& connection, Content content,
                             const DatabaseFormat& format) {
  if (content == Content::empty) {
    const auto page_size = fmt::format("PRAGMA page_size = {}", kPageBytes);
    if (auto set = connection.run(page_size.c_str()); !set) return set;
  }
  // FULL: a commit is on disk before it returns, which WAL with NORMAL does not promise.
  auto set = connection.run(
      "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA journal_size_limit = 67108864;");
  if (set) set = connection.run(format.settings);
  if (!set || content == Content::ours) return set;
  return make_tables(connection, format);
}

std::string percent_encoded(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      text += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

Result<SqliteConnection> open_read_only(const fs::path& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return fail(Errc::not_found, path.string() + ": there is no such file");
    return system_failure(path);
  }
  // Without a write-ahead log nobody has the database open. Declared immutable, SQLite does not
  // make one, as it otherwise would even for a reader.
  std::error_code ignored;
  const bool at_rest = !fs::exists(path.string() + "-wal", ignored);
  const auto name = fmt::format("file:{}{}", percent_encoded(fs::absolute(path).string()),
                                at_rest ? "?immutable=1" : "");
  return SqliteConnection::open(name, path.string(),
                                SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX);
}

Result<SqliteConnection> open_read_write(const fs::path& path) {
  if (auto made = make_file(path); !made) return std::unexpected(made.error());
  return SqliteConnection::open(path.string(), path.string(),
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
}

}  // namespace

std::unexpected<Error> system_failure(const fs::path& path) {
  return fail(Errc::io, fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

Result<void> make_state_directory(const fs::path& dir) {
  std::error_code failed;
  if (fs::is_directory(dir, failed)) return {};
  const auto parent = fs::absolute(dir / "").parent_path().parent_path();
  fs::create_directories(parent, failed);
  if (failed) return fail(Errc::io, fmt::format("{}: {}", parent.string(), failed.message()));
  if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return system_failure(dir);
  return sync_directory(parent);
}

Result<void> sync_directory(const fs::path& dir) {
  const Descriptor fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return system_failure(dir);
  return {};
}

Result<SqliteConnection> open_database(const fs::path& path, StoreAccess access,
                                       const DatabaseFormat& format, Sharing sharing) {
  const bool writing = access == StoreAccess::read_write;
  auto connection = writing ? open_read_write(path) : open_read_only(path);
  if (!connection) return connection;
  if (sharing == Sharing::alone) {  // before the log is used for the first time
    if (auto set = connection->run("PRAGMA locking_mode = EXCLUSIVE"); !set) {
      return std::unexpected(set.error());
    }
  }
  // Damage inside of a page is noticed when the page is read.
  if (auto set = connection->run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
      !set) {
    return std::unexpected(set.error());
  }
  const auto content = identify(*connection, path, format);
  if (!content) return std::unexpected(content.error());
  if (writing) {
    if (auto may = check_writable(*connection, path); !may) return std::unexpected(may.error());
    if (auto ready = prepare_writing(*connection, *content, format); !ready) {
      return std::unexpected(ready.error());
    }
  } else if (*content == Content::empty) {
    return fail(Errc::corrupt, fmt::format("{}: is empty", path.string()));
  }
  return connection;
}

}  // namespace strictmx
