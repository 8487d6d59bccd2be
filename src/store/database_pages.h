// store/database_pages.h: the pages of a database file as they were committed last: those of the
// write-ahead log over those of the file. For files that SQLite refuses. Private to src/store.
// Source: the SQLite file format, section 4 (the write-ahead log). Pages of 4096 octets only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace strictmx {

class DatabasePages {
 public:
  // The log is FILE-wal; it may be absent. Errors: Errc::io.
  static Result<DatabasePages> open(const std::filesystem::path& file);

  // Pages that the file or its log has, ascending. The log may have some that a cut file has not.
  std::vector<std::uint32_t> numbers() const;

  // Counted from 1. Empty when there is no such page, or it cannot be read. Valid until the next
  // call.
  std::string_view read(std::uint32_t number);

  // The disk fails: of the pages asked for it could read none.
  bool disk_fails() const { return disk_failed_ && !any_readable_; }

 private:
  DatabasePages() = default;
  void read_log();

  Descriptor file_;
  Descriptor log_;
  std::uint32_t in_file_ = 0;
  std::unordered_map<std::uint32_t, std::int64_t> logged_;  // page to its offset in the log
  std::string page_;
  bool any_readable_ = false;
  bool disk_failed_ = false;
};

}  // namespace strictmx
