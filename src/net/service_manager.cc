#include "net/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace strictmx {

namespace {

std::string variable(const char* which) {
  const char* value = std::getenv(which);
  return value != nullptr ? value : "";
}

std::optional<Millis> read_watchdog() {
  const std::string pid = variable("WATCHDOG_PID");
  if (!pid.empty() && pid != std::to_string(::getpid())) return std::nullopt;
  const std::string text = variable("WATCHDOG_USEC");
  std::int64_t micros = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), micros);
  const bool good = error == std::errc{} && end == text.data() + text.size() && micros >= 1000;
  if (!good) return std::nullopt;
  return Millis(micros / 1000);
}

}  // namespace

ServiceManager::ServiceManager() : path_(variable("NOTIFY_SOCKET")) {
  const bool good = (path_.starts_with('/') || path_.starts_with('@')) && path_.size() > 1 &&
                    path_.size() < sizeof sockaddr_un::sun_path;
  if (!good) return;
  fd_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  watchdog_ = read_watchdog();
}

void ServiceManager::tell(std::string_view state) const {
  if (!fd_) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path_, address.sun_path);
  if (path_.front() == '@') address.sun_path[0] = '\0';  // an abstract name
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
  [[maybe_unused]] const auto sent =
      ::sendto(fd_.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace strictmx
