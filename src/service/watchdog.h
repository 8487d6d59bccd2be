// service/watchdog.h: tells the service manager, as often as it wants, that all services still
// work. Each is asked by Service::answer_beat() and must have answered before the next word to the
// manager: a thread that hangs ends the words, and the manager starts the daemon again.
// Belongs to one io_context and its thread.
#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "net/asio.h"
#include "net/service_manager.h"
#include "service/service.h"

namespace strictmx {

class Watchdog {
 public:
  // All must outlive the object.
  Watchdog(asio::io_context& io, const std::vector<Service*>& services,
           const ServiceManager& manager);

  // After the services were started. Does nothing when nobody watches.
  void start();

  // Before the services are stopped.
  void stop();

 private:
  static Task<void> run(Watchdog& self, Millis step);
  void ask();

  const std::vector<Service*>& services_;
  const ServiceManager& manager_;
  asio::steady_timer pause_;
  std::shared_ptr<std::atomic<std::size_t>> missing_;  // services that have not answered yet
};

}  // namespace strictmx
