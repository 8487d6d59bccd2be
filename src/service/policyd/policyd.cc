#include "service/policyd/policyd.h"

#include <thread>
#include <utility>

#include "base/text.h"
#include "net/stream_listener.h"
#include "service/policyd/clients.h"
#include "service/policyd/lookup_side.h"
#include "service/policyd/steady_clock.h"

namespace strictmx {

// What lives on the answer thread.
class Policyd::Impl {
 public:
  Impl(PolicydOptions options, Metrics& metrics, Log& log)
      : options_(std::move(options)),
        current_(options_),
        log_(log),
        clock_(system_, log),
        lookup_clock_(system_, log),
        metrics_(metrics),
        lookups_(options_, lookup_clock_, metrics_, log) {}

  Result<void> open() {
    if (auto opened = lookups_.open(); !opened) return opened;
    if (auto listening = listen(); !listening) return listening;
    resolver_ = std::make_unique<Resolver>(
        Resolver::Threads{io_, lookups_.io()}, lookups_.engine(), metrics_, clock_,
        Resolver::Limits{options_.deadline, options_.max_negatives});
    clients_ = std::make_unique<Clients>(*resolver_, metrics_, log_, options_.max_clients);
    return {};
  }

  void start() {
    lookups_.start();
    for (auto& listener : listeners_) {
      Task<void> task = accept_clients(*this, *listener);
      asio::co_spawn(io_, std::move(task), asio::detached);
    }
    log_.info("listening", {{"sockets", join(options_.listen, " ")}});
    thread_ = std::thread([this] { io_.run(); });
  }

  void stop() {
    asio::post(io_, [this] {
      Task<void> task = finish(*this);
      asio::co_spawn(io_, std::move(task), asio::detached);
    });
    thread_.join();
    lookups_.stop();
  }

  bool reload(PolicydOptions fresh) {
    const bool restart = fresh.listen != options_.listen || fresh.state != options_.state ||
                         fresh.dns != options_.dns || fresh.fetch != options_.fetch ||
                         fresh.preload != options_.preload || fresh.idle != options_.idle ||
                         fresh.max_negatives != options_.max_negatives;
    asio::post(io_, [this, options = std::move(fresh)]() mutable { apply(std::move(options)); });
    return restart;
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

  static Task<void> accept_clients(Impl& self, StreamListener& listener) {
    for (;;) {
      std::optional<ByteStream> stream = co_await listener.accept();
      if (!stream) co_return;
      Task<void> task = self.clients_->serve(*std::move(stream));
      asio::co_spawn(self.io_, std::move(task), asio::detached);
    }
  }

  static Task<void> finish(Impl& self) {
    co_await drain(self);
    self.io_.stop();
  }

  void apply(PolicydOptions fresh) {
    resolver_->set_deadline(fresh.deadline);
    clients_->set_max_clients(fresh.max_clients);
    std::vector<Override> changed = std::exchange(current_, fresh).overrides;
    changed.insert(changed.end(), fresh.overrides.begin(), fresh.overrides.end());
    asio::post(lookups_.io(), [this, options = std::move(fresh), changed = std::move(changed)] {
      lookups_.apply(options);
      asio::post(io_, [this, changed] {
        for (const auto& entry : changed) resolver_->forget(entry.domain);
      });
    });
  }

  // Clients that wait for a reply get it, up to options.drain; then all are closed.
  static Task<void> drain(Impl& self) {
    self.log_.info("draining", {{"clients", std::to_string(self.clients_->count())}});
    for (auto& listener : self.listeners_) listener->stop();
    self.clients_->drain();
    co_await wait_for_clients(self, self.options_.drain);
    self.resolver_->stop();
    for (auto& listener : self.listeners_) listener->cancel_streams();
    co_await wait_for_clients(self, Seconds{1});
  }

  static Task<void> wait_for_clients(Impl& self, Seconds longest) {
    const MonoTime end = self.clock_.now().mono + longest;
    asio::steady_timer pause(self.io_);
    while (self.clients_->count() > 0 && self.clock_.now().mono < end) {
      pause.expires_after(Millis{10});
      co_await pause.async_wait(asio::use_awaitable);
    }
  }

  const PolicydOptions options_;  // of the start
  PolicydOptions current_;
  Log& log_;
  SystemClock system_;
  SteadyClock clock_;         // of the answer thread
  SteadyClock lookup_clock_;  // of the look-up thread
  Metrics& metrics_;
  asio::io_context io_{1};
  LookupSide lookups_;  // its thread posts to io_, and ends first
  std::vector<std::unique_ptr<StreamListener>> listeners_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Clients> clients_;
  std::thread thread_;
};

Policyd::Policyd(PolicydOptions options, Metrics& metrics, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), metrics, log)) {}
Policyd::~Policyd() = default;
Result<void> Policyd::open() { return impl_->open(); }
void Policyd::start() { impl_->start(); }
void Policyd::stop() { impl_->stop(); }
bool Policyd::reload(PolicydOptions fresh) { return impl_->reload(std::move(fresh)); }

}  // namespace strictmx
