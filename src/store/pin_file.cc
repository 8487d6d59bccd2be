#include "store/pin_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <map>

#include "base/descriptor.h"
#include "store/database_file.h"

namespace strictmx {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPinFile = "pins.jsonl";
constexpr const char* kNewPinFile = "pins.jsonl.new";

Result<void> write_all(int fd, std::string_view text, const fs::path& file) {
  while (!text.empty()) {
    const auto count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(file);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(fd) != 0) return system_failure(file);
  return {};
}

Result<void> write_file(const fs::path& file, std::string_view text) {
  const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return system_failure(file);
  return write_all(fd.get(), text, file);
}

}  // namespace

Result<StoredPins> load_pins(const fs::path& dir, Log& log) {
  const auto file = dir / kPinFile;
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return StoredPins{};
    return system_failure(file);
  }
  if (static_cast<std::uint64_t>(found.st_size) > kMaxPinFile) {
    return fail(Errc::too_large, fmt::format("{}: over {} octets", file.string(), kMaxPinFile));
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return system_failure(file);
  StoredPins stored;
  std::map<std::string, Pin> by_domain;  // of two lines the later one counts
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    if (auto pin = parse_pin_line(line)) {
      by_domain.insert_or_assign(pin->policy.domain.text(), *std::move(pin));
    } else {
      log.error("pin_unreadable",
                {{"why", fmt::format("{}:{}: {}", file.string(), number, pin.error().detail)}});
      stored.unreadable.push_back(line);
    }
  }
  if (in.bad()) return system_failure(file);
  for (auto& [domain, pin] : by_domain) stored.pins.push_back(std::move(pin));
  return stored;
}

Result<void> save_pins(const fs::path& dir, const StoredPins& stored) {
  std::string text;
  for (const auto& line : stored.unreadable) text += line + "\n";
  for (const auto& pin : stored.pins) text += format_pin_line(pin) + "\n";
  if (stored.pins.size() > kMaxPins || text.size() > kMaxPinFile) {
    return fail(Errc::too_large,
                fmt::format("more than {} pins, or {} octets of them", kMaxPins, kMaxPinFile));
  }
  const auto fresh = dir / kNewPinFile;
  const auto file = dir / kPinFile;
  if (auto written = write_file(fresh, text); !written) return written;
  if (::rename(fresh.c_str(), file.c_str()) != 0) return system_failure(file);
  return sync_directory(dir);
}

}  // namespace strictmx
