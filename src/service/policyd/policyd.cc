#include "service/policyd/policyd.h"

#include <thread>
#include <utility>

#include "base/text.h"
#include "net/acceptor.h"
#include "net/event_loop.h"
#include "service/policyd/clients.h"
#include "service/policyd/lookup_side.h"
#include "service/policyd/steady_clock.h"
#include "store/clock_mark.h"

namespace strictmx {

namespace {

constexpr unsigned kSocketMode = 0666;  // of a unix socket; its folder says who may come
constexpr Millis kDrainStep{10};

}  // namespace

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
    expect_time();
    if (auto opened = lookups_.open(); !opened) return opened;
    auto loop = EventLoop::create();
    if (!loop) return std::unexpected(loop.error());
    loop_ = *std::move(loop);
    drain_timer_.emplace(*loop_, [this] { drain_on(); });
    const auto post = [this](auto message) { loop_->post(std::move(message)); };
    resolver_ = std::make_unique<Resolver>(
        Resolver::Threads{post, lookups_.io()}, lookups_.engine(), metrics_, clock_,
        Resolver::Limits{options_.deadline, options_.max_negatives});
    clients_ = std::make_unique<Clients>(*loop_, *resolver_, metrics_, log_,
                                         Clients::Limits{options_.max_clients, options_.idle});
    if (auto listening = listen(); !listening) return listening;
    return lookups_.open_control([this](const Domain& domain) {
      loop_->post([this, domain] { resolver_->forget(domain); });
    });
  }

  void start() {
    mark_time();
    lookups_.start();
    log_.info("listening", {{"sockets", join(options_.listen, " ")}});
    thread_ = std::thread([this] { loop_->run(); });
  }

  void stop() {
    loop_->post([this] { drain(); });
    thread_.join();
    lookups_.stop();
    mark_time();
  }

  void answer_beat(std::function<void()> answered) {
    loop_->post([this, answered = std::move(answered)] { asio::post(lookups_.io(), answered); });
  }

  std::string trouble() const { return lookups_.trouble(); }

  bool reload(PolicydOptions fresh) {
    const bool restart = fresh.listen != options_.listen || fresh.state != options_.state ||
                         fresh.dns != options_.dns || fresh.fetch != options_.fetch ||
                         fresh.control != options_.control || fresh.idle != options_.idle ||
                         fresh.max_negatives != options_.max_negatives ||
                         fresh.listen_line != options_.listen_line || fresh.api != options_.api;
    if (!fresh.preload.empty()) lookups_.read_preload_again(fresh, system_.now().wall);
    loop_->post([this, options = std::move(fresh)]() mutable { apply(std::move(options)); });
    return restart;
  }

 private:
  void expect_time() {
    const auto mark = load_clock_mark(options_.state);
    if (!mark) return;
    const auto wall = expect_wall(*mark, make_clock_mark(system_.now().wall));
    if (!wall) return;
    clock_.expect(*wall);
    lookup_clock_.expect(*wall);
  }

  // What is believed now. Without room on disk the mark before stays, which is as good.
  void mark_time() {
    const auto saved = save_clock_mark(options_.state, make_clock_mark(clock_.now().wall));
    if (!saved) log_.debug("clock_not_marked", {{"why", saved.error().detail}});
  }

  Result<void> listen() {
    for (const auto& text : options_.listen) {
      const auto endpoint = Endpoint::parse(text);
      if (!endpoint) return std::unexpected(endpoint.error());
      auto acceptor = Acceptor::open(*loop_, *endpoint, kSocketMode, log_);
      if (!acceptor) return std::unexpected(acceptor.error());
      const auto serve = [this](int client) { clients_->add(client, make_socketmap_reader()); };
      if (auto started = (*acceptor)->start(serve); !started) return started;
      acceptors_.push_back(*std::move(acceptor));
    }
    return {};
  }

  void apply(PolicydOptions fresh) {
    resolver_->set_deadline(fresh.deadline);
    clients_->set_max_clients(fresh.max_clients);
    std::vector<Override> changed = std::exchange(current_, fresh).overrides;
    changed.insert(changed.end(), fresh.overrides.begin(), fresh.overrides.end());
    asio::post(lookups_.io(), [this, options = std::move(fresh), changed = std::move(changed)] {
      lookups_.apply(options);
      for (const auto& entry : changed) lookups_.front_ends().forget(entry.domain);
      loop_->post([this, changed] {
        for (const auto& entry : changed) resolver_->forget(entry.domain);
      });
    });
  }

  // Clients that have asked get their reply, up to options.drain; then all are closed.
  void drain() {
    for (auto& acceptor : acceptors_) acceptor->finish();
    log_.info("draining", {{"clients", std::to_string(clients_->count())}});
    drain_until_ = loop_->now() + options_.drain;
    drain_on();
  }

  void drain_on() {
    clients_->drain();
    if (clients_->count() > 0 && loop_->now() < drain_until_) {
      drain_timer_->at(loop_->now() + kDrainStep);
      return;
    }
    resolver_->stop();
    clients_->close_all();
    loop_->stop();
  }

  const PolicydOptions options_;  // of the start
  PolicydOptions current_;
  Log& log_;
  SystemClock system_;
  SteadyClock clock_;         // of the answer thread
  SteadyClock lookup_clock_;  // of the look-up thread
  Metrics& metrics_;
  std::unique_ptr<EventLoop> loop_;
  LookupSide lookups_;  // its thread posts to loop_, and ends first
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Clients> clients_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::optional<EventLoop::Timer> drain_timer_;
  MonoTime drain_until_;
  std::thread thread_;
};

Policyd::Policyd(PolicydOptions options, Metrics& metrics, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), metrics, log)) {}
Policyd::~Policyd() = default;
Result<void> Policyd::open() { return impl_->open(); }
void Policyd::start() { impl_->start(); }
void Policyd::stop() { impl_->stop(); }
void Policyd::answer_beat(std::function<void()> answered) {
  impl_->answer_beat(std::move(answered));
}
std::string Policyd::trouble() const { return impl_->trouble(); }
bool Policyd::reload(PolicydOptions fresh) { return impl_->reload(std::move(fresh)); }

}  // namespace strictmx
