// store/report_queue.h: reports that are made and where they go, in SQLite (WAL): the ledger that
// makes delivery survive SIGKILL at any instant. A report's octets are frozen when it is queued;
// what is delivered is sent at least once, and twice only when the program ends between the
// destination's answer and its record. Format: docs/formats/report-queue.md.
// Several processes may use the file: a delivery is claimed before it is tried.
// Limits: reports of at most 16 MiB packed; what is older than the caller says is erased.
// A damaged file is set aside (reports.sqlite.damaged) and a new one made: the reports are made
// again of the day store, with the same ids.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "core/report/delivery_status.h"
#include "core/tls_result.h"
#include "core/tlsrpt_record.h"
#include "store/store_access.h"

namespace strictmx {

// Why a domain of a day has its place in the queue, or none.
enum class BuildOutcome : std::uint8_t {
  queued,
  no_record,  // nobody asks for reports
  opted_out,  // by configuration
  own_mail,   // nothing but the delivery of our own reports
  no_sessions,
};
std::string_view name_of(BuildOutcome outcome);

struct NewDelivery {
  std::string uri;   // as in the record, or by a rewrite
  std::string host;  // of the mailbox or the endpoint
  DeliveryStatus status;
};

struct NewReport {
  unsigned number;  // of the domain's reports of that day, from 1
  std::string report_id;
  std::string gzipped_json;
  std::vector<NewDelivery> deliveries;
};

// All that was made of one domain's day.
struct BuiltDomain {
  Day day;
  Domain domain;
  BuildOutcome outcome;
  std::vector<NewReport> reports;
  enum class Extent : std::uint8_t { whole_day, so_far } extent = Extent::whole_day;
};

struct QueuedReport {
  std::int64_t id;
  Day day;
  Domain domain;
  unsigned number;
  std::string report_id;
  WallTime created_at;
  std::string gzipped_json;  // only where it is said
};

struct QueuedDelivery {
  std::int64_t id;
  QueuedReport report;
  unsigned ordinal;  // of the report's deliveries, from 1
  std::string uri;
  DeliveryStatus status;
};

// Which deliveries are wanted.
struct DeliveryFilter {
  std::optional<ReportScheme> scheme;   // nothing: any
  std::vector<std::string> busy_hosts;  // not to these
};

struct QueueCounts {
  std::uint64_t waiting = 0;
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;
  std::uint64_t expired = 0;
};

// Used from one thread at a time. Errors of all: Errc::io, Errc::corrupt.
class ReportQueue {
 public:
  // Opens or makes DIR/reports.sqlite (mode 0600, DIR 0700 when made). read_only neither makes nor
  // changes anything; its errors include Errc::not_found. Errc::unsupported: a newer format, or the
  // database of another program.
  static Result<std::unique_ptr<ReportQueue>> open(const std::filesystem::path& dir,
                                                   StoreAccess access, Log& log);
  virtual ~ReportQueue() = default;

  virtual Result<std::vector<Day>> closed_days() = 0;
  // Domains of the day that have an outcome.
  virtual Result<std::set<Domain>> built_domains(Day day) = 0;
  // What the next report about the domain's day is numbered.
  virtual Result<unsigned> next_number(Day day, const Domain& domain) = 0;

  // All or nothing in one transaction; durable when it returns. Domains of whole days that have an
  // outcome already are left as they are. `now` becomes created_at.
  virtual Result<void> add(std::span<const BuiltDomain> built, WallTime now) = 0;
  virtual Result<void> close_day(Day day, WallTime now) = 0;

  // Deliveries to be tried now, with the report's octets, oldest first. They are put off until
  // `now` + `lease`, so that nobody else takes them, and they come again after a crash.
  virtual Result<std::vector<QueuedDelivery>> claim_due(WallTime now, Seconds lease,
                                                        std::size_t limit,
                                                        const DeliveryFilter& filter) = 0;
  virtual Result<void> record(std::int64_t delivery, const DeliveryStatus& status) = 0;
  // Makes waiting deliveries of a day (or of all) due at once; returns how many.
  virtual Result<std::size_t> hurry(std::optional<Day> day, WallTime now) = 0;

  virtual Result<std::optional<WallTime>> next_due() = 0;
  virtual Result<QueueCounts> count() = 0;
  // Mails that were delivered on the day, by host: each made a session of its own.
  virtual Result<std::map<std::string, std::uint64_t>> count_mailed(Day day) = 0;
  // All deliveries, newest report first, without the report's octets.
  virtual Result<void> visit(const std::function<void(const QueuedDelivery&)>& each) = 0;
  // Reports of earlier days, with their deliveries; returns how many reports.
  virtual Result<std::size_t> erase_before(Day day) = 0;
};

}  // namespace strictmx
