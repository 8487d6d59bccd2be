#include "store/database_pages.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>

#include "store/page_rows.h"

namespace strictmx {

namespace {

// SQLite file format 4.1.
constexpr std::int64_t kLogHeaderBytes = 32;
constexpr std::int64_t kFrameHeaderBytes = 24;
constexpr std::size_t kSaltBytes = 8;
constexpr int kReadAttempts = 3;  // a disk may fail to read once

enum class Read : std::uint8_t { all, too_short, failed };

Read read_at(int fd, std::int64_t offset, std::string& into) {
  std::size_t have = 0;
  int attempts = kReadAttempts;
  while (have < into.size()) {
    const auto got = ::pread(fd, into.data() + have, into.size() - have,
                             static_cast<off_t>(offset) + static_cast<off_t>(have));
    if (got < 0 && (errno == EINTR || --attempts > 0)) continue;
    if (got <= 0) return got == 0 ? Read::too_short : Read::failed;
    have += static_cast<std::size_t>(got);
  }
  return Read::all;
}

std::uint32_t number_at(std::string_view octets, std::size_t at) {
  std::uint32_t number = 0;
  for (const char c : octets.substr(at, 4)) number = (number << 8) | static_cast<unsigned char>(c);
  return number;
}

}  // namespace

Result<DatabasePages> DatabasePages::open(const std::filesystem::path& file) {
  DatabasePages pages;
  pages.file_ = Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!pages.file_ || ::fstat(pages.file_.get(), &status) != 0) {
    return fail(Errc::io, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  }
  pages.in_file_ = static_cast<std::uint32_t>(status.st_size / static_cast<off_t>(kPageBytes));
  pages.log_ = Descriptor(::open((file.string() + "-wal").c_str(), O_RDONLY | O_CLOEXEC));
  if (pages.log_) pages.read_log();
  return pages;
}

// Whole frames count up to the last that ends a transaction, and while they bear the salt of the
// log's header: those behind it are left from an earlier round.
void DatabasePages::read_log() {
  std::string header(kLogHeaderBytes, '\0');
  if (read_at(log_.get(), 0, header) != Read::all) return;
  if (number_at(header, 8) != kPageBytes) return;
  const auto salt = header.substr(16, kSaltBytes);
  std::vector<std::pair<std::uint32_t, std::int64_t>> open_frames;
  std::string frame(kFrameHeaderBytes, '\0');
  struct stat status{};
  if (::fstat(log_.get(), &status) != 0) return;
  constexpr auto kStep = kFrameHeaderBytes + std::int64_t{kPageBytes};
  for (auto at = kLogHeaderBytes; at + kStep <= status.st_size; at += kStep) {
    if (read_at(log_.get(), at, frame) != Read::all) return;
    if (frame.compare(8, kSaltBytes, salt) != 0) return;
    open_frames.emplace_back(number_at(frame, 0), at + kFrameHeaderBytes);
    if (number_at(frame, 4) == 0) continue;  // no end of a transaction
    for (const auto& [number, offset] : open_frames) logged_.insert_or_assign(number, offset);
    open_frames.clear();
  }
}

std::vector<std::uint32_t> DatabasePages::numbers() const {
  std::vector<std::uint32_t> numbers(in_file_);
  std::iota(numbers.begin(), numbers.end(), 1U);
  for (const auto& [number, offset] : logged_) {
    if (number > in_file_) numbers.push_back(number);
  }
  std::sort(numbers.begin() + in_file_, numbers.end());
  return numbers;
}

std::string_view DatabasePages::read(std::uint32_t number) {
  const auto logged = logged_.find(number);
  const bool from_log = logged != logged_.end();
  if (number == 0 || (!from_log && number > in_file_)) return {};
  page_.resize(kPageBytes);
  const auto offset =
      from_log ? logged->second : (std::int64_t{number} - 1) * std::int64_t{kPageBytes};
  const auto got = read_at((from_log ? log_ : file_).get(), offset, page_);
  disk_failed_ = disk_failed_ || got == Read::failed;
  if (got != Read::all) return {};
  any_readable_ = true;
  return page_;
}

}  // namespace strictmx
