// service/daemon.h: runs services until a signal comes, and tells operators about them over HTTP:
// /metrics, /livez, /readyz. Its thread is the caller's and does nothing else.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "service/metrics.h"
#include "service/service.h"

namespace strictmx {

enum class ReloadEffect : std::uint8_t { complete, restart_needed };

// Reads the configuration again and hands it to the services; an error changed nothing, and its
// detail is for the log.
using Reload = std::function<Result<ReloadEffect>()>;

struct DaemonCalls {
  Reload reload;
  // After all is open and before anything is started; an error ends the daemon.
  std::function<Result<void>()> opened;
};

// Opens all services in order, then starts them; at SIGTERM and SIGINT stops them, the last one
// first. SIGHUP calls `reload`. The service manager is told of all
// that (net/service_manager), and that the services work (service/watchdog). `http`: "HOST:PORT"
// for operators, or empty. Errors, all before the first service is started: those of Service::open,
// HttpServer::listen and `opened`.
Result<void> run_daemon(const std::vector<Service*>& services, const std::string& http,
                        Metrics& metrics, Log& log, const DaemonCalls& calls);

}  // namespace strictmx
