// store/database_pages.h: the pages of a database file as they were committed last: those of the
// write-ahead log over those of the file. For files that SQLite refuses. Private to src/store.
// Source: the SQLite file format, section 4 (the write-ahead log). Pages of 4096 octets only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace strictmx {

class DatabasePages {
 public:
  // The log is FILE-wal; it may be absent. Errors: Errc::io.
  static Result<DatabasePages> open(const std::filesystem::path& file);
  DatabasePages(DatabasePages&& other) noexcept;
  DatabasePages& operator=(DatabasePages&&) = delete;
  ~DatabasePages();

  std::uint32_t count() const { return count_; }

  // Counted from 1. Empty when there is no such page, or it cannot be read. Valid until the next
  // call.
  std::string_view read(std::uint32_t number);

  // Some page could be read so far.
  bool any_readable() const { return any_readable_; }

 private:
  DatabasePages() = default;
  void read_log();

  int file_ = -1;
  int log_ = -1;
  std::uint32_t count_ = 0;
  std::unordered_map<std::uint32_t, std::int64_t> logged_;  // page to its offset in the log
  std::string page_;
  bool any_readable_ = false;
};

}  // namespace strictmx
