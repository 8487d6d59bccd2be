#include "service/collectd/collectd.h"

#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/text.h"
#include "net/datagram_socket.h"
#include "service/collectd/inbox.h"
#include "service/collectd/storer.h"
#include "service/collectd/tally.h"

namespace strictmx {

namespace {

// With a shorter queue of the kernel bursts are lost: an MTA does not wait for the collector.
constexpr unsigned kEnoughQueue = 512;

// After fewer datagrams than this, more are let come together: a wake-up costs more than they do.
constexpr std::size_t kFew = 32;
constexpr std::chrono::microseconds kDoze{500};

constexpr Millis kGather{50};       // at most before datagrams are counted
constexpr Millis kStoreEvery{500};  // at most before they are stored, unless that fails
constexpr Millis kStoreSoon{100};   // instead, where they are few: less is lost in a crash
constexpr std::uint64_t kFewToStore = 500;
constexpr std::size_t kToldBytes = 200;  // of a malformed datagram, in the log
constexpr int kToldPerStore = 5;         // malformed datagrams in the log between two transactions

}  // namespace

class Collectd::Impl {
 public:
  Impl(CollectdOptions options, const Clock& clock, Metrics& metrics, Log& log)
      : options_(std::move(options)), clock_(clock), metrics_(metrics), log_(log) {}

  Result<void> open() {
    auto store = DayStore::open(options_.state, StoreAccess::read_write, log_);
    if (!store) return std::unexpected(store.error());
    storer_ = std::make_unique<Storer>(*std::move(store),
                                       Storer::Parts{clock_, metrics_, log_, options_.keep_days});
    check_queue();
    auto socket = DatagramSocket::open({.where = options_.socket,
                                        .mode = options_.mode,
                                        .group = options_.group,
                                        .max_bytes = kMaxDatagramBytes + 1});
    if (!socket) return std::unexpected(socket.error());
    socket_.emplace(*std::move(socket));
    return {};
  }

  void start() {
    log_.info("collecting", {{"socket", options_.socket}});
    counter_ = std::thread([this] { count_all(); });
    receiver_ = std::thread([this] { receive_all(); });
  }

  void stop() {
    socket_->stop();
    receiver_.join();
    inbox_.close();
    counter_.join();
    socket_.reset();
    storer_.reset();
  }

  std::string trouble() const {
    return storer_ && storer_->failing() ? "TLS results cannot be stored" : "";
  }

 private:
  // The number counts that was set when the socket was made, which is now.
  void check_queue() {
    const std::optional<unsigned> limit = read_datagram_queue_limit();
    if (!limit) return;
    metrics_.set_datagram_queue(*limit);
    roomy_ = *limit >= kEnoughQueue;
    if (roomy_) return;
    log_.warning("short_datagram_queue",
                 {{"max_dgram_qlen", std::to_string(*limit)},
                  {"fix", "sysctl -w net.unix.max_dgram_qlen=4096, then restart"}});
  }

  void receive_all() {
    for (;;) {
      const auto datagrams = socket_->receive();
      if (!datagrams) {
        log_.error("receive_failed", {{"why", datagrams.error().detail}});
        return;
      }
      if (datagrams->empty()) return;
      const std::size_t lost = inbox_.put(day_of(clock_.now().wall), *datagrams);
      metrics_.count_datagrams(datagrams->size());
      if (lost > 0) metrics_.count_results_lost(Metrics::Lost::queue, lost);
      if (roomy_ && datagrams->size() < kFew) std::this_thread::sleep_for(kDoze);
    }
  }

  void count_all() {
    MonoTime due = MonoTime::max();  // for the next batch; max: nothing is to be stored
    for (;;) {
      const auto more = inbox_.take(
          due, kGather, [this](Day day, std::string_view octets) { count(day, octets); });
      const MonoTime now = clock_.now().mono;
      if (more == Inbox::More::never) return store();
      if (tally_.pending() == 0) {
        due = MonoTime::max();
      } else if (due == MonoTime::max()) {
        due = now + (tally_.pending() < kFewToStore ? kStoreSoon : kStoreEvery);
      } else if ((now >= due || tally_.crowded()) && storer_->idle()) {
        store();
        due = MonoTime::max();
      } else if (now >= due) {
        due = now + kGather;  // the disk is slow
      }
    }
  }

  void store() {
    told_ = 0;
    storer_->store(tally_.take(day_of(clock_.now().wall)));
  }

  void count(Day day, std::string_view octets) {
    const Tally::Outcome outcome = tally_.count(day, octets);
    if (outcome.fate == Tally::Fate::full) metrics_.count_results_lost(Metrics::Lost::tally, 1);
    if (!outcome.fault) return;
    metrics_.count_malformed_datagram(*outcome.fault);
    if (outcome.fate != Tally::Fate::malformed || ++told_ > kToldPerStore) return;
    log_.warning("datagram_malformed", {{"why", std::string(name_of(*outcome.fault))},
                                        {"octets", std::to_string(octets.size())},
                                        {"begins", std::string(octets.substr(0, kToldBytes))}});
  }

  CollectdOptions options_;
  const Clock& clock_;
  Metrics& metrics_;
  Log& log_;
  std::optional<DatagramSocket> socket_;
  Inbox inbox_;
  Tally tally_;
  std::unique_ptr<Storer> storer_;
  bool roomy_ = false;  // the kernel's queue is long enough to sleep beside it
  int told_ = 0;
  std::thread counter_;
  std::thread receiver_;
};

Collectd::Collectd(CollectdOptions options, const Clock& clock, Metrics& metrics, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), clock, metrics, log)) {}

Collectd::~Collectd() = default;

Result<void> Collectd::open() { return impl_->open(); }
void Collectd::start() { impl_->start(); }
void Collectd::stop() { impl_->stop(); }
std::string Collectd::trouble() const { return impl_->trouble(); }

}  // namespace strictmx
