#include "service/policyd/policyd.h"

#include <csignal>
#include <utility>

#include "base/text.h"
#include "net/stream_listener.h"
#include "service/policyd/clients.h"
#include "service/policyd/lookup_side.h"
#include "service/policyd/steady_clock.h"

namespace strictmx {

namespace {

// What lives on the answer thread, which is the caller's.
class Policyd {
 public:
  Policyd(const PolicydOptions& options, Log& log, ReloadOptions reload)
      : options_(options),
        current_(options),
        reload_(std::move(reload)),
        log_(log),
        clock_(system_, log),
        lookup_clock_(system_, log),
        lookups_(options, lookup_clock_, metrics_, log) {}

  Result<void> run() {
    if (auto opened = lookups_.open(); !opened) return opened;
    if (auto listening = listen(); !listening) return listening;
    resolver_ = std::make_unique<Resolver>(
        Resolver::Threads{io_, lookups_.io()}, lookups_.engine(), metrics_, clock_,
        Resolver::Limits{options_.deadline, options_.max_negatives});
    clients_ = std::make_unique<Clients>(*resolver_, metrics_, log_, options_.max_clients);
    lookups_.start();
    for (auto& listener : listeners_) {
      Task<void> task = accept_clients(*this, *listener);
      asio::co_spawn(io_, std::move(task), asio::detached);
    }
    Task<void> task = run_until_signal(*this);
    asio::co_spawn(io_, std::move(task), asio::detached);
    Task<void> reloads = reload_on_signal(*this);
    asio::co_spawn(io_, std::move(reloads), asio::detached);
    lookups_.set_ready(true);
    log_.info("ready", {{"listen", join(options_.listen, " ")}, {"http", options_.http}});
    io_.run();
    lookups_.stop();
    log_.info("stopped");
    return {};
  }

 private:
  Result<void> listen() {
    ListenOptions how;
    how.idle_limit = options_.idle;
    for (const auto& text : options_.listen) {
      const auto endpoint = Endpoint::parse(text);
      if (!endpoint) return std::unexpected(endpoint.error());
      auto listener = StreamListener::open(io_, *endpoint, how, log_);
      if (!listener) return std::unexpected(listener.error());
      listeners_.push_back(*std::move(listener));
    }
    return {};
  }

  static Task<void> accept_clients(Policyd& self, StreamListener& listener) {
    for (;;) {
      std::optional<ByteStream> stream = co_await listener.accept();
      if (!stream) co_return;
      Task<void> task = self.clients_->serve(*std::move(stream));
      asio::co_spawn(self.io_, std::move(task), asio::detached);
    }
  }

  static Task<void> run_until_signal(Policyd& self) {
    co_await self.stop_signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await drain(self);
    self.io_.stop();
  }

  static Task<void> reload_on_signal(Policyd& self) {
    for (;;) {
      const auto received =
          co_await self.reload_signal_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (std::get<0>(received)) co_return;
      self.reload();
    }
  }

  void reload() {
    Result<PolicydOptions> fresh = reload_();
    if (!fresh) {
      log_.error("reload_failed", {{"why", fresh.error().detail}});
      return;
    }
    const bool restart = fresh->listen != options_.listen || fresh->http != options_.http ||
                         fresh->state != options_.state || fresh->dns != options_.dns ||
                         fresh->fetch != options_.fetch || fresh->preload != options_.preload ||
                         fresh->idle != options_.idle ||
                         fresh->max_negatives != options_.max_negatives;
    log_.info("reloaded", {{"restart_needed", restart ? "yes" : "no"}});
    resolver_->set_deadline(fresh->deadline);
    clients_->set_max_clients(fresh->max_clients);
    std::vector<Override> changed = std::exchange(current_, *fresh).overrides;
    changed.insert(changed.end(), fresh->overrides.begin(), fresh->overrides.end());
    asio::post(lookups_.io(), [this, options = *std::move(fresh), changed = std::move(changed)] {
      lookups_.apply(options);
      asio::post(io_, [this, changed] {
        for (const auto& entry : changed) resolver_->forget(entry.domain);
      });
    });
  }

  // Clients that wait for a reply get it, up to options.drain; then all are closed.
  static Task<void> drain(Policyd& self) {
    self.log_.info("stopping", {{"clients", std::to_string(self.clients_->count())}});
    self.lookups_.set_ready(false);
    for (auto& listener : self.listeners_) listener->stop();
    self.clients_->drain();
    co_await wait_for_clients(self, self.options_.drain);
    self.resolver_->stop();
    for (auto& listener : self.listeners_) listener->cancel_streams();
    co_await wait_for_clients(self, Seconds{1});
  }

  static Task<void> wait_for_clients(Policyd& self, Seconds longest) {
    const MonoTime end = self.clock_.now().mono + longest;
    asio::steady_timer pause(self.io_);
    while (self.clients_->count() > 0 && self.clock_.now().mono < end) {
      pause.expires_after(Millis{10});
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  const PolicydOptions& options_;  // of the start
  PolicydOptions current_;
  ReloadOptions reload_;
  Log& log_;
  SystemClock system_;
  SteadyClock clock_;         // of the answer thread
  SteadyClock lookup_clock_;  // of the look-up thread
  Metrics metrics_;
  asio::io_context io_{1};
  // Caught from here on; one that comes before it is awaited waits.
  asio::signal_set stop_signals_{io_, SIGTERM, SIGINT};
  asio::signal_set reload_signal_{io_, SIGHUP};
  LookupSide lookups_;  // its thread posts to io_, and ends first
  std::vector<std::unique_ptr<StreamListener>> listeners_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Clients> clients_;
};

}  // namespace

Result<void> run_policyd(const PolicydOptions& options, Log& log, ReloadOptions reload) {
  return Policyd(options, log, std::move(reload)).run();
}

}  // namespace strictmx
