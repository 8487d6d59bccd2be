#include "store/damaged_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/time.h"
#include "store/database_file.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".damaged-";

// The time is that of the new file.
Result<fs::path> choose_name(const fs::path& file, const fs::path& fresh) {
  struct stat made{};
  if (::stat(fresh.c_str(), &made) != 0) return system_failure(fresh);
  auto time = format_utc(WallTime{Seconds{made.st_mtim.tv_sec}});
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  const fs::path base = file.string() + std::string(kMark) + time;
  fs::path name = base;
  for (int more = 2; fs::exists(name); ++more) {
    name = fmt::format("{}.{}", base.string(), more);
  }
  return name;
}

// With SQLite's files beside it; whatever is not there is no error.
void remove_database(const fs::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(file.string() + suffix, ignored);
  }
}

void remove_oldest(const fs::path& file) {
  const std::string mark = file.filename().string() + std::string(kMark);
  std::vector<fs::path> kept;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(file.parent_path(), ignored)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(mark) && !name.ends_with("-wal")) kept.push_back(entry.path());
  }
  std::ranges::sort(kept);
  for (std::size_t i = 0; i + kMaxDamagedFiles < kept.size(); ++i) remove_database(kept[i]);
}

// A name for the damaged file first, so that at every instant one of both bears the name in use.
Result<void> exchange(const fs::path& file, const fs::path& fresh, const fs::path& damaged) {
  if (::link(file.c_str(), damaged.c_str()) != 0) return system_failure(damaged);
  const auto log = file.string() + "-wal";
  if (::rename(log.c_str(), (damaged.string() + "-wal").c_str()) != 0 && errno != ENOENT) {
    return system_failure(log);
  }
  std::error_code ignored;
  fs::remove(file.string() + "-shm", ignored);
  if (::rename(fresh.c_str(), file.c_str()) != 0) return system_failure(file);
  return sync_directory(file.parent_path());
}

// Where the damaged one is now.
Result<fs::path> replace_damaged(const fs::path& file, const fs::path& fresh) {
  auto damaged = choose_name(file, fresh);
  if (!damaged) return damaged;
  if (auto done = exchange(file, fresh, *damaged); !done) return std::unexpected(done.error());
  remove_oldest(file);
  return damaged;
}

}  // namespace

Result<void> salvage_database(const fs::path& file, const CopyRows& copy, std::string_view event,
                              const std::string& why, Log& log) {
  const fs::path fresh = file.string() + ".new";
  remove_database(fresh);  // left by a salvage that was cut short
  const auto copied = copy(file, fresh);
  if (!copied) {
    remove_database(fresh);
    return std::unexpected(copied.error());
  }
  const auto damaged = replace_damaged(file, fresh);
  if (!damaged) return std::unexpected(damaged.error());
  log.error(event, {{"file", file.string()},
                    {"why", why},
                    {"kept_as", damaged->string()},
                    {"salvaged", std::to_string(*copied)}});
  return {};
}

}  // namespace strictmx
