#include "service/daemon.h"

#include <csignal>
#include <ranges>

#include "base/text.h"
#include "net/handed_over.h"
#include "net/http_server.h"
#include "net/service_manager.h"
#include "net/spawn.h"
#include "service/watchdog.h"

namespace strictmx {

namespace {

class Daemon {
 public:
  Daemon(const std::vector<Service*>& services, Metrics& metrics, Log& log,
         const DaemonCalls& calls)
      : services_(services), metrics_(metrics), log_(log), calls_(calls) {}

  Result<void> run(const std::string& http) {
    for (Service* service : services_) {
      if (auto opened = service->open(); !opened) return opened;
    }
    if (auto opened = open_http(http); !opened) return opened;
    if (auto done = calls_.opened(); !done) return done;
    for (const auto& name : unused_handed_over()) log_.warning("socket_unused", {{"name", name}});
    for (Service* service : services_) service->start();
    ready_ = true;
    watchdog_.start();
    Task<void> stop = run_until_signal(*this);
    spawn(io_, std::move(stop));
    Task<void> reloads = reload_on_signal(*this);
    spawn(io_, std::move(reloads));
    log_.info("ready", {{"services", names()}, {"http", http}});
    tell_ready();
    io_.run();
    log_.info("stopped");
    return {};
  }

 private:
  Result<void> open_http(const std::string& where) {
    if (where.empty()) return {};
    auto handler = [this](HttpRequest request) { return respond(*this, std::move(request)); };
    auto http = HttpServer::listen(io_, where, handler, log_);
    if (!http) return std::unexpected(http.error());
    http_ = *std::move(http);
    return {};
  }

  static Task<HttpResponse> respond(Daemon& self, HttpRequest request) {
    const std::string plain = "text/plain; charset=utf-8";
    if (request.target == "/metrics") {
      co_return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", self.metrics_.text()};
    }
    if (request.target == "/livez") co_return HttpResponse{200, plain, "ok\n"};
    if (request.target == "/readyz") co_return self.readiness();
    co_return HttpResponse{404, plain, "not found\n"};
  }

  // A service in trouble still serves: the daemon stays ready, and says what is wrong.
  HttpResponse readiness() const {
    const std::string plain = "text/plain; charset=utf-8";
    if (!ready_) return {503, plain, "not ready: starting or stopping\n"};
    std::string text;
    for (const Service* service : services_) {
      const std::string trouble = service->trouble();
      if (trouble.empty()) continue;
      text += std::string(service->name()) + " degraded: " + escape_remote(trouble) + "\n";
    }
    return {200, plain, text.empty() ? "ok\n" : text};
  }

  void tell_ready() const { manager_.tell("READY=1\nSTATUS=serving: " + names()); }

  std::string names() const {
    std::vector<std::string> names;
    for (const Service* service : services_) names.emplace_back(service->name());
    return join(names, " ");
  }

  static Task<void> run_until_signal(Daemon& self) {
    co_await self.stop_signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    self.ready_ = false;
    self.watchdog_.stop();
    self.manager_.tell("STOPPING=1\nSTATUS=answering what is outstanding");
    self.log_.info("stopping");
    for (Service* service : self.services_ | std::views::reverse) service->stop();
    self.io_.stop();
  }

  static Task<void> reload_on_signal(Daemon& self) {
    for (;;) {
      const auto received =
          co_await self.reload_signal_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (std::get<0>(received)) co_return;
      self.manager_.tell("RELOADING=1");
      self.reload();
      self.tell_ready();
    }
  }

  void reload() {
    const Result<ReloadEffect> effect = calls_.reload();
    if (!effect) {
      log_.error("reload_failed", {{"why", effect.error().detail}});
      return;
    }
    log_.info("reloaded",
              {{"restart_needed", *effect == ReloadEffect::restart_needed ? "yes" : "no"}});
  }

  const std::vector<Service*>& services_;
  Metrics& metrics_;
  Log& log_;
  const DaemonCalls& calls_;
  ServiceManager manager_;
  bool ready_ = false;
  asio::io_context io_{1};
  // Caught from here on; one that comes before it is awaited waits.
  asio::signal_set stop_signals_{io_, SIGTERM, SIGINT};
  asio::signal_set reload_signal_{io_, SIGHUP};
  std::unique_ptr<HttpServer> http_;
  Watchdog watchdog_{io_, services_, manager_};
};

}  // namespace

Result<void> run_daemon(const std::vector<Service*>& services, const std::string& http,
                        Metrics& metrics, Log& log, const DaemonCalls& calls) {
  return Daemon(services, metrics, log, calls).run(http);
}

}  // namespace strictmx
