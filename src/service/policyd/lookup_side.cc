#include "service/policyd/lookup_side.h"

#include "net/spawn.h"
#include "service/policyd/preload.h"

namespace strictmx {

namespace {

constexpr std::size_t kPreloadGroup = 500;  // policies taken over in one go while running

}  // namespace

Result<void> LookupSide::open() {
  auto store = PolicyStore::open(options_.state, StoreAccess::read_write, log_);
  if (!store) return std::unexpected(store.error());
  if (auto opened = open_clients(); !opened) return opened;
  writer_ = std::make_unique<PolicyWriter>(*std::move(store), log_, writer_options());
  sink_ = std::make_unique<WriterSink>(io_, clock_, *writer_, options_.state);
  parts_ = std::make_unique<LookupParts>(
      LookupParts{clock_, *dns_, *fetch_, *sink_, metrics_, options_.rules, options_.dns_timeout});
  engine_ = std::make_unique<Engine>(io_, *parts_, log_, options_.max_lookups);
  engine_->set_overrides(options_.overrides);
  record_failures();
  if (auto loaded = load_preloaded(); !loaded) return loaded;
  if (auto pinned = load_pinned(); !pinned) return pinned;
  front_ends_ =
      std::make_unique<FrontEnds>(FrontEnds::Parts{io_, *engine_, *dns_, clock_, metrics_, log_},
                                  options_.deadline, options_.collector);
  return front_ends_->open(options_.listen_line, options_.api);
}

// RFC 8461 §6: what only we see is told to the domain, by the day's reports.
void LookupSide::record_failures() {
  const auto tried = [this](const Result<DayOverflow>& outcome) {
    if (outcome) {
      metrics_.count_results_lost(Metrics::Lost::domain, outcome->lost_sessions);
      return;
    }
    metrics_.count_day_store_failure();
    log_.error("day_store_failed", {{"why", outcome.error().detail}});
  };
  day_writer_ = std::make_unique<DayWriter>(options_.state, log_, tried);
  engine_->on_results([this](DomainResults results) {
    metrics_.count_policy_events();
    if (!day_writer_->add(std::move(results))) {
      metrics_.count_results_lost(Metrics::Lost::queue, 1);
    }
  });
}

Result<void> LookupSide::open_clients() {
  auto dns = DnsClient::create(io_, options_.dns);
  if (!dns) return std::unexpected(dns.error());
  dns_ = *std::move(dns);
  auto fetch = PolicyFetch::create(io_, *dns_, options_.fetch);
  if (!fetch) return std::unexpected(fetch.error());
  fetch_ = *std::move(fetch);
  return {};
}

PolicyWriter::Options LookupSide::writer_options() {
  PolicyWriter::Options options;
  options.on_health = [this](const StoreHealth& health) {
    metrics_.set_store_health(health.degraded, health.unsaved);
  };
  options.on_loss = [this] { asio::post(io_, [this] { engine_->restore(*sink_); }); };
  return options;
}

// Before the stored ones, which replace them.
Result<void> LookupSide::load_preloaded() {
  if (options_.preload.empty()) return {};
  const auto take = [&](const KnownPolicy& policy) {
    engine_->remember(policy, PolicyOrigin::preloaded);
  };
  return load_preload_file({options_.preload, options_.preload_key}, clock_.now().wall, take, log_);
}

void LookupSide::read_preload_again(const PolicydOptions& options, WallTime now) {
  std::vector<KnownPolicy> list;
  const auto take = [&](const KnownPolicy& policy) { list.push_back(policy); };
  const auto loaded = load_preload_file({options.preload, options.preload_key}, now, take, log_);
  if (!loaded) {
    log_.error("preload_failed", {{"why", loaded.error().detail}});
    return;
  }
  for (std::size_t at = 0; at < list.size(); at += kPreloadGroup) {
    const auto first = list.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(kPreloadGroup, list.size() - at);
    asio::post(io_, [this, group = std::vector<KnownPolicy>(
                               first, first + static_cast<std::ptrdiff_t>(count))] {
      for (const auto& policy : group) engine_->learn_preloaded(policy);
    });
  }
}

std::string LookupSide::trouble() const {
  const StoreHealth health = writer_ ? writer_->health() : StoreHealth{};
  if (!health.degraded) return {};
  return "store: " + health.why + "; policies not on disk: " + std::to_string(health.unsaved);
}

Result<void> LookupSide::load_pinned() {
  auto stored = load_pins(options_.state, log_);
  if (!stored) return std::unexpected(stored.error());
  for (const auto& pin : stored->pins) engine_->pin(pin);
  if (engine_->pins() > 0) log_.info("pins_loaded", {{"count", std::to_string(engine_->pins())}});
  pins_ = std::make_unique<PinKeeper>(io_, options_.state, *std::move(stored));
  return {};
}

Result<void> LookupSide::open_control(std::function<void(const Domain&)> forget_answers) {
  if (options_.control.empty()) return {};
  auto forget = [this, tell = std::move(forget_answers)](const Domain& domain) {
    front_ends_->forget(domain);
    tell(domain);
  };
  control_ = std::make_unique<Control>(
      Control::Parts{io_, *engine_, *pins_, clock_, log_, std::move(forget)});
  return control_->listen(options_.control);
}

void LookupSide::apply(const PolicydOptions& options) {
  parts_->rules = options.rules;
  engine_->set_overrides(options.overrides);
  engine_->set_max_lookups(options.max_lookups);
  front_ends_->set_deadline(options.deadline);
}

void LookupSide::start() {
  engine_->load(*sink_);
  Task<void> task = keep_policies(*this);
  spawn(io_, std::move(task));
  thread_ = std::thread([this] {
    const auto work = asio::make_work_guard(io_);
    io_.run();
  });
}

// Until the io_context stops.
Task<void> LookupSide::keep_policies(LookupSide& side) {
  constexpr int kHealthEvery = 600;
  asio::steady_timer pause(side.io_);
  for (int second = 0;; ++second) {
    side.engine_->refresh_due();
    if (second % kHealthEvery == 0) side.engine_->measure_health();
    pause.expires_after(Seconds{1});
    co_await pause.async_wait(asio::use_awaitable);
  }
}

void LookupSide::stop() {
  asio::post(io_, [this] {
    Task<void> task = finish(*this);
    spawn(io_, std::move(task));
  });
  thread_.join();
  writer_.reset();
  day_writer_.reset();
}

// Suspended look-ups refer to what this object owns: they end before it does.
Task<void> LookupSide::finish(LookupSide& side) {
  if (side.control_) side.control_->stop();
  side.front_ends_->stop();
  side.dns_->cancel_all();
  side.fetch_->cancel_all();
  side.engine_->stop();
  side.sink_->open_gate();
  asio::steady_timer pause(side.io_);
  while (side.engine_->in_flight() > 0 || side.front_ends_->busy()) {
    pause.expires_after(Millis{5});
    co_await pause.async_wait(asio::use_awaitable);
  }
  side.io_.stop();
}

}  // namespace strictmx
