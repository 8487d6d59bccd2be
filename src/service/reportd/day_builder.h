// service/reportd/day_builder.h: makes the reports of a day of what the day store has, and queues
// them. No network: where a record is missing the caller looks it up and asks again.
// Each domain is done once: what is queued is not built again, also after a crash.
#pragma once
#include <map>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "base/log.h"
#include "core/tlsrpt_record.h"
#include "service/reportd/options.h"
#include "store/day_store.h"
#include "store/report_queue.h"

namespace strictmx {

// What DNS says of `_smtp._tls.<domain>`; a domain that is not in the map has not been asked about.
using FoundRecords = std::map<Domain, TlsRptTxt>;

class DayBuilder {
 public:
  // All must outlive the object.
  DayBuilder(DayStore& days, ReportQueue& queue, const ReportdOptions& options, Log& log)
      : days_(days), queue_(queue), options_(options), log_(log) {}

  // Domains of the day without an outcome. Errors: those of the stores.
  Result<std::vector<Domain>> open_domains(Day day);

  struct Step {
    std::size_t reports = 0;
    std::vector<Domain> unresolved;  // nobody told their record yet
  };
  // One transaction. RPT-D08: the record that the MTA saw last decides; if there is none, `found`.
  Result<Step> build(Day day, std::span<const Domain> domains, const FoundRecords& found,
                     BuiltDomain::Extent extent, WallTime now);

  // The reports of one domain as they would be, without any effect.
  Result<std::vector<Report>> preview(Day day, const Domain& domain);

 private:
  Result<std::optional<BuiltDomain>> build_one(const DomainResults& results,
                                               const FoundRecords& found,
                                               BuiltDomain::Extent extent, WallTime now);
  bool is_own_mail(const DomainResults& results) const;
  Result<NewReport> pack(const Report& report, unsigned number,
                         const std::vector<ReportUri>& targets, WallTime now);

  DayStore& days_;
  ReportQueue& queue_;
  const ReportdOptions& options_;
  Log& log_;
  std::map<std::string, std::uint64_t> mailed_;  // our reports on the day being built, by host
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace strictmx
