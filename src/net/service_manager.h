// net/service_manager.h: what the service manager is told: sd_notify(3), one datagram for each
// state to $NOTIFY_SOCKET. Without that variable, as from a shell, everything here does nothing.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/time.h"

namespace strictmx {

class ServiceManager {
 public:
  // $NOTIFY_SOCKET (a path, or @NAME), $WATCHDOG_USEC, $WATCHDOG_PID.
  ServiceManager();

  // Lines of sd_notify(3): "READY=1\nSTATUS=…". Never waits; what is not taken is lost.
  void tell(std::string_view state) const;

  // How often WATCHDOG=1 must come, at the latest; nullopt: nobody watches us.
  std::optional<Millis> watchdog() const { return watchdog_; }

 private:
  Descriptor fd_;
  std::string path_;
  std::optional<Millis> watchdog_;
};

}  // namespace strictmx
