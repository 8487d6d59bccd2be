#include "service/reportd/reportd.h"

#include <mutex>
#include <thread>

#include "net/spawn.h"
#include "service/reportd/workshop.h"

namespace strictmx {

namespace {

constexpr Seconds kTick{2};
constexpr Millis kBusyTick{100};
constexpr int kBuildEvery = 30;  // ticks
constexpr int kCountEvery = 10;  // ticks: it reads all deliveries
constexpr Seconds kStopTime{2};

}  // namespace

class Reportd::Impl {
 public:
  Impl(ReportdOptions options, Metrics& metrics, Log& log)
      : metrics_(metrics), log_(log), workshop_(io_, std::move(options), clock_, metrics, log) {}

  Result<void> open() { return workshop_.open(); }

  void start() {
    Task<void> days = watch_days(*this);
    spawn(io_, std::move(days));
    Task<void> deliveries = watch_deliveries(*this);
    spawn(io_, std::move(deliveries));
    thread_ = std::thread([this] { io_.run(); });
  }

  void stop() {
    asio::post(io_, [this] {
      stopping_ = true;
      workshop_.stop();
      day_pause_.cancel();
      delivery_pause_.cancel();
      giving_up_.expires_after(kStopTime);
      giving_up_.async_wait([this](boost::system::error_code) { io_.stop(); });
    });
    thread_.join();
  }

  std::string trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  // Each day in turn, until the service stops.
  static Task<void> watch_days(Impl& self) {
    while (!self.stopping_) {
      const auto done = co_await self.workshop_.build_due();
      self.note(done, "reports_not_built");
      if (self.stopping_) break;
      self.day_pause_.expires_after(kTick * kBuildEvery);
      co_await self.day_pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    self.end_part();
  }

  static Task<void> watch_deliveries(Impl& self) {
    for (int tick = 0; !self.stopping_ || self.workshop_.courier().active() > 0; ++tick) {
      const auto started = self.workshop_.courier().start_due();
      if (!started) self.note(std::unexpected(started.error()), "report_queue_failed");
      if (tick % kCountEvery == 0) self.count();
      const bool busy = self.stopping_ || self.workshop_.courier().active() > 0;
      self.delivery_pause_.expires_after(busy ? kBusyTick : Millis(kTick));
      co_await self.delivery_pause_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    self.end_part();
  }

  void count() {
    const auto counts = workshop_.queue().count();
    if (counts) metrics_.set_reports_waiting(counts->waiting);
  }

  // The last one lets the thread end.
  void end_part() {
    if (--parts_ == 0) giving_up_.cancel();
  }

  void note(const Result<void>& done, std::string_view event) {
    if (!done) log_.error(event, {{"why", done.error().detail}});
    const std::lock_guard lock(mutex_);
    trouble_ = done ? "" : done.error().detail;
  }

  SystemClock clock_;
  Metrics& metrics_;
  Log& log_;
  asio::io_context io_{1};
  asio::steady_timer day_pause_{io_};
  asio::steady_timer delivery_pause_{io_};
  asio::steady_timer giving_up_{io_};
  Workshop workshop_;
  std::thread thread_;
  int parts_ = 2;
  bool stopping_ = false;
  mutable std::mutex mutex_;
  std::string trouble_;
};

Reportd::Reportd(ReportdOptions options, Metrics& metrics, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), metrics, log)) {}
Reportd::~Reportd() = default;

Result<void> Reportd::open() { return impl_->open(); }
void Reportd::start() { impl_->start(); }
void Reportd::stop() { impl_->stop(); }
std::string Reportd::trouble() const { return impl_->trouble(); }

}  // namespace strictmx
