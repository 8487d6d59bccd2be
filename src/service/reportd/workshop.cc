#include "service/reportd/workshop.h"

#include <algorithm>

#include "flow/report_delivery.h"
#include "net/one_shot.h"
#include "net/spawn.h"

namespace strictmx {

namespace {

constexpr std::size_t kGroup = 500;   // domains in one transaction
constexpr std::size_t kLookups = 32;  // at once
constexpr Seconds kDnsTime{20};
// How long a failing look-up of the record may hold a day open.
constexpr std::chrono::days kDnsPatience{1};

}  // namespace

Result<void> Workshop::open() {
  auto days = DayStore::open(options_.state, StoreAccess::read_write, log_);
  if (!days) return std::unexpected(days.error());
  days_ = *std::move(days);
  auto queue = ReportQueue::open(options_.state, StoreAccess::read_write, log_);
  if (!queue) return std::unexpected(queue.error());
  queue_ = *std::move(queue);
  auto signers = load_signers(options_, log_);
  if (!signers) return std::unexpected(signers.error());
  signers_ = *std::move(signers);
  auto dns = DnsClient::create(io_, options_.dns);
  if (!dns) return std::unexpected(dns.error());
  dns_ = *std::move(dns);
  auto sender = ReportSender::create(io_, *dns_, options_.sender);
  if (!sender) return std::unexpected(sender.error());
  sender_ = *std::move(sender);
  builder_.emplace(*days_, *queue_, options_, log_);
  courier_.emplace(Courier::Parts{io_, *queue_, *sender_, clock_, metrics_, log_}, options_,
                   signers_);
  return {};
}

// What several coroutines work off together.
struct Workshop::Lookups {
  explicit Lookups(asio::io_context& io) : done(io.get_executor()) {}
  std::vector<Domain> domains;
  bool patient = true;
  OneShot<bool> done;
  std::size_t next = 0;
  std::size_t working = 0;
  FoundRecords found;
};

// RPT-D01, RPT-D02. A failed look-up leaves the domain out, so that it is asked again, until the
// day is old enough to be without a record.
Task<void> Workshop::look_up_some(Workshop& shop, std::shared_ptr<Lookups> lookups) {
  auto& work = *lookups;
  while (work.next < work.domains.size() && !shop.stopping_) {
    const auto& domain = work.domains[work.next++];
    const auto name = domain.prefixed("_smtp._tls");
    if (!name) {
      work.found.emplace(domain, NoTlsRptRecord{});
      continue;
    }
    const auto deadline = std::chrono::steady_clock::now() + kDnsTime;
    const auto answer = co_await shop.dns_->query_txt(*name, deadline);
    if (is_failure(answer.meta.status) && work.patient) continue;
    work.found.emplace(domain, select_tlsrpt_record(answer.records));
  }
  if (--work.working == 0) work.done.set(true);
}

Task<FoundRecords> Workshop::look_up(std::vector<Domain> domains, Day day) {
  const bool patient = clock_.now().wall < day + std::chrono::days(1) + kDnsPatience;
  const auto count = std::min(domains.size(), kLookups);
  const auto deadline =
      std::chrono::steady_clock::now() + kDnsTime * (domains.size() / kLookups + 2);
  auto lookups = std::make_shared<Lookups>(io_);
  lookups->domains = std::move(domains);
  lookups->patient = patient;
  lookups->working = count;
  for (std::size_t i = 0; i < count; ++i) {
    Task<void> task = look_up_some(*this, lookups);
    spawn(io_, std::move(task));
  }
  co_await lookups->done.wait(deadline);
  co_return std::move(lookups->found);
}

Task<Result<std::size_t>> Workshop::build_day(Day day, BuiltDomain::Extent extent) {
  auto open = builder_->open_domains(day);
  if (!open) co_return std::unexpected(open.error());
  std::size_t reports = 0;
  std::size_t left_open = 0;
  for (std::size_t at = 0; at < open->size() && !stopping_; at += kGroup) {
    const auto group = std::span(*open).subspan(at, std::min(kGroup, open->size() - at));
    const auto first = builder_->build(day, group, {}, extent, clock_.now().wall);
    if (!first) co_return std::unexpected(first.error());
    reports += first->reports;
    co_await asio::post(io_, asio::use_awaitable);  // deliveries go on meanwhile
    if (first->unresolved.empty()) continue;
    const auto found = co_await look_up(first->unresolved, day);
    const auto second = builder_->build(day, first->unresolved, found, extent, clock_.now().wall);
    if (!second) co_return std::unexpected(second.error());
    reports += second->reports;
    left_open += second->unresolved.size();
  }
  const auto days = days_->list_days();
  if (!days) co_return std::unexpected(days.error());
  const bool whole = extent == BuiltDomain::Extent::whole_day;
  const bool known = std::ranges::find(*days, day) != days->end();
  if (whole && known && left_open == 0 && !stopping_) {
    if (auto closed = queue_->close_day(day, clock_.now().wall); !closed) {
      co_return std::unexpected(closed.error());
    }
  }
  log_.info("reports_built", {{"day", format_day(day)},
                              {"domains", std::to_string(open->size())},
                              {"reports", std::to_string(reports)},
                              {"without_dns", std::to_string(left_open)}});
  metrics_.count_reports(reports);
  co_return reports;
}

Task<Result<void>> Workshop::build_due() {
  if (auto erased = erase_old(); !erased) co_return erased;
  const auto days = days_->list_days();
  if (!days) co_return std::unexpected(days.error());
  const auto closed = queue_->closed_days();
  if (!closed) co_return std::unexpected(closed.error());
  const auto day = next_day_to_close(*days, *closed, clock_.now().wall);
  if (!day) co_return Result<void>();
  const auto built = co_await build_day(*day, BuiltDomain::Extent::whole_day);
  if (!built) co_return std::unexpected(built.error());
  co_return Result<void>();
}

Result<void> Workshop::erase_old() {
  const auto limit = day_of(clock_.now().wall) - options_.keep;
  if (auto erased = queue_->erase_before(limit); !erased) return std::unexpected(erased.error());
  if (auto erased = days_->erase_before(limit); !erased) return std::unexpected(erased.error());
  return {};
}

void Workshop::stop() {
  stopping_ = true;
  courier_->stop();
  sender_->cancel_all();
  dns_->cancel_all();
}

}  // namespace strictmx
