#include "store/clock_mark.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <fstream>
#include <iterator>

namespace strictmx {

namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
constexpr std::size_t kMaxLine = 200;
// No clock that reads less has ever been set.
constexpr WallTime kSaneSince{Seconds{1'767'225'600}};  // 2026-01-01

std::string read_start(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxLine, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

ClockMark make_clock_mark(WallTime wall) {
  timespec uptime{};
  ::clock_gettime(CLOCK_BOOTTIME, &uptime);
  std::string boot = read_start(kBootId);
  if (const auto end = boot.find('\n'); end != std::string::npos) boot.resize(end);
  return {std::move(boot), Seconds{uptime.tv_sec}, wall};
}

std::string format_clock_mark(const ClockMark& mark) {
  return fmt::format("{} {} {}\n", mark.boot, mark.uptime.count(), format_utc(mark.wall));
}

std::optional<ClockMark> parse_clock_mark(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  text.remove_suffix(1);
  const auto first = text.find(' ');
  const auto last = text.rfind(' ');
  if (first == 0 || first == last) return std::nullopt;
  const std::string_view number = text.substr(first + 1, last - first - 1);
  Seconds::rep uptime = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), uptime);
  const auto wall = parse_utc(text.substr(last + 1));
  const bool read = error == std::errc{} && end == number.data() + number.size() && uptime >= 0;
  if (!read || !wall) return std::nullopt;
  return ClockMark{std::string(text.substr(0, first)), Seconds{uptime}, *wall};
}

std::optional<WallTime> expect_wall(const ClockMark& earlier, const ClockMark& now) {
  const bool same_boot = !now.boot.empty() && earlier.boot == now.boot;
  if (!same_boot || now.uptime < earlier.uptime || earlier.wall < kSaneSince) return std::nullopt;
  return earlier.wall + (now.uptime - earlier.uptime);
}

std::optional<ClockMark> load_clock_mark(const std::filesystem::path& dir) {
  return parse_clock_mark(read_start(dir / "clock"));
}

Result<void> save_clock_mark(const std::filesystem::path& dir, const ClockMark& mark) {
  const auto file = dir / "clock";
  const auto fresh = dir / "clock.new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << format_clock_mark(mark) << std::flush;
  std::error_code failure;
  if (out) std::filesystem::rename(fresh, file, failure);
  if (!out || failure) return fail(Errc::io, fmt::format("{}: cannot be written", file.string()));
  return {};
}

}  // namespace strictmx
