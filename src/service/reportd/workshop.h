// service/reportd/workshop.h: everything that makes and sends reports, in one io_context: stores,
// DNS, builder, courier. Used by the service and by `strictmx report send`. Used from the
// io_context's thread; must outlive it running.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "net/asio.h"
#include "net/dns_client.h"
#include "service/reportd/courier.h"
#include "service/reportd/day_builder.h"

namespace strictmx {

class Workshop {
 public:
  // `io`, `clock`, `metrics` and `log` must outlive the object.
  Workshop(asio::io_context& io, ReportdOptions options, const Clock& clock, Metrics& metrics,
           Log& log)
      : io_(io), options_(std::move(options)), clock_(clock), metrics_(metrics), log_(log) {}

  // Errors: Errc::usage, Errc::io, Errc::unsupported, Errc::corrupt.
  Result<void> open();

  // Makes the reports of one day; returns how many were queued. The day is closed when it is over
  // and each of its domains has an outcome. Errors: those of the stores.
  Task<Result<std::size_t>> build_day(Day day, BuiltDomain::Extent extent);

  // Closes the day that is due, if there is one, and erases what is too old.
  Task<Result<void>> build_due();

  // Ends what is under way.
  void stop();

  DayStore& days() { return *days_; }
  ReportQueue& queue() { return *queue_; }
  DayBuilder& builder() { return *builder_; }
  Courier& courier() { return *courier_; }
  const ReportdOptions& options() const { return options_; }

 private:
  struct Lookups;
  Task<FoundRecords> look_up(std::vector<Domain> domains, Day day);
  static Task<void> look_up_some(Workshop& shop, std::shared_ptr<Lookups> lookups);
  Result<void> erase_old();

  asio::io_context& io_;
  const ReportdOptions options_;
  const Clock& clock_;
  Metrics& metrics_;
  Log& log_;
  std::unique_ptr<DayStore> days_;
  std::unique_ptr<ReportQueue> queue_;
  std::unique_ptr<DnsClient> dns_;
  std::unique_ptr<ReportSender> sender_;
  std::vector<DkimSigner> signers_;
  std::optional<DayBuilder> builder_;
  std::optional<Courier> courier_;
  bool stopping_ = false;
};

}  // namespace strictmx
