#include "cmd/config/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/descriptor.h"

namespace strictmx {

namespace {

Result<std::string> read_descriptor(int fd, const std::string& name, std::size_t limit) {
  std::string text;
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::io, fmt::format("{}: {}", name, std::strerror(errno)));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > limit) {
      return fail(Errc::too_large, fmt::format("{}: more than {} octets", name, limit));
    }
  }
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& file, std::size_t limit) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail(Errc::io, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  return read_descriptor(fd.get(), file.string(), limit);
}

Result<std::string> read_standard_input(std::size_t limit) {
  return read_descriptor(STDIN_FILENO, "standard input", limit);
}

}  // namespace strictmx
