#include "store/database_pages.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "store/page_rows.h"

namespace strictmx {

namespace {

// SQLite file format 4.1.
constexpr std::int64_t kLogHeaderBytes = 32;
constexpr std::int64_t kFrameHeaderBytes = 24;
constexpr std::size_t kSaltBytes = 8;
constexpr int kReadAttempts = 3;  // a disk may fail to read once

bool read_at(int fd, std::int64_t offset, std::string& into) {
  std::size_t have = 0;
  int attempts = kReadAttempts;
  while (have < into.size()) {
    const auto got = ::pread(fd, into.data() + have, into.size() - have,
                             static_cast<off_t>(offset) + static_cast<off_t>(have));
    if (got < 0 && (errno == EINTR || --attempts > 0)) continue;
    if (got <= 0) return false;
    have += static_cast<std::size_t>(got);
  }
  return true;
}

std::uint32_t number_at(std::string_view octets, std::size_t at) {
  std::uint32_t number = 0;
  for (const char c : octets.substr(at, 4)) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

}  // namespace

Result<DatabasePages> DatabasePages::open(const std::filesystem::path& file) {
  DatabasePages pages;
  pages.file_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status{};
  if (pages.file_ < 0 || ::fstat(pages.file_, &status) != 0) {
    return fail(Errc::io, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  }
  pages.count_ = static_cast<std::uint32_t>(status.st_size / static_cast<off_t>(kPageBytes));
  pages.log_ = ::open((file.string() + "-wal").c_str(), O_RDONLY | O_CLOEXEC);
  if (pages.log_ >= 0) pages.read_log();
  return pages;
}

DatabasePages::DatabasePages(DatabasePages&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      log_(std::exchange(other.log_, -1)),
      count_(other.count_),
      logged_(std::move(other.logged_)),
      page_(std::move(other.page_)),
      any_readable_(other.any_readable_) {}

DatabasePages::~DatabasePages() {
  if (file_ >= 0) ::close(file_);
  if (log_ >= 0) ::close(log_);
}

// Frames count up to the last that ends a transaction, and while they bear the salt of the log's
// header: those behind it are left from an earlier round.
void DatabasePages::read_log() {
  std::string header(kLogHeaderBytes, '\0');
  if (!read_at(log_, 0, header) || number_at(header, 8) != kPageBytes) return;
  const auto salt = header.substr(16, kSaltBytes);
  std::vector<std::pair<std::uint32_t, std::int64_t>> open_frames;
  std::uint32_t longest = count_;  // whatever a frame says: each adds one page at most
  std::string frame(kFrameHeaderBytes, '\0');
  const auto step = kFrameHeaderBytes + static_cast<std::int64_t>(kPageBytes);
  for (auto at = kLogHeaderBytes; read_at(log_, at, frame); at += step) {
    if (frame.compare(8, kSaltBytes, salt) != 0) return;
    ++longest;
    open_frames.emplace_back(number_at(frame, 0), at + kFrameHeaderBytes);
    const auto pages_after_commit = number_at(frame, 4);
    if (pages_after_commit == 0) continue;
    for (const auto& [number, offset] : open_frames) logged_.insert_or_assign(number, offset);
    open_frames.clear();
    count_ = std::max(count_, std::min(longest, pages_after_commit));
  }
}

std::string_view DatabasePages::read(std::uint32_t number) {
  if (number == 0 || number > count_) return {};
  page_.resize(kPageBytes);
  const auto logged = logged_.find(number);
  const bool from_log = logged != logged_.end();
  const auto offset =
      from_log ? logged->second : (std::int64_t{number} - 1) * std::int64_t{kPageBytes};
  if (!read_at(from_log ? log_ : file_, offset, page_)) return {};
  any_readable_ = true;
  return page_;
}

}  // namespace strictmx
