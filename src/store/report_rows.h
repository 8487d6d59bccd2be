// store/report_rows.h: the statements of store/report_queue. Private to src/store.
#pragma once
#include "store/report_queue.h"
#include "store/sqlite.h"

namespace strictmx {

class ReportRows {
 public:
  static Result<ReportRows> prepare(SqliteConnection& connection);

  Result<std::vector<Day>> closed_days();
  Result<void> close_day(Day day, WallTime now);
  Result<std::set<Domain>> built_domains(Day day);
  // False: it has an outcome already.
  Result<bool> add_built(Day day, const Domain& domain, BuildOutcome outcome);
  Result<unsigned> next_number(Day day, const Domain& domain);
  Result<std::int64_t> add_report(Day day, const Domain& domain, const NewReport& report,
                                  WallTime now);
  Result<void> add_delivery(std::int64_t report, unsigned ordinal, const NewDelivery& delivery);
  Result<std::vector<QueuedDelivery>> find_due(WallTime now, std::size_t limit,
                                               const DeliveryFilter& filter);
  Result<void> put_off(std::int64_t delivery, WallTime until);
  Result<void> record(std::int64_t delivery, const DeliveryStatus& status);
  Result<std::size_t> hurry(std::optional<Day> day, WallTime now);
  Result<std::optional<WallTime>> next_due();
  Result<QueueCounts> count();
  Result<std::map<std::string, std::uint64_t>> count_mailed(Day day);
  Result<void> visit(const std::function<void(const QueuedDelivery&)>& each);
  Result<std::size_t> erase_before(Day day);

 private:
  enum Query : std::size_t {
    list_closed,
    add_closed,
    list_built,
    insert_built,
    max_number,
    insert_report,
    insert_delivery,
    list_due,
    update_next,
    update_status,
    hurry_all,
    hurry_day,
    first_due,
    count_states,
    count_hosts,
    list_all,
    erase_deliveries,
    erase_reports,
    erase_built,
    erase_closed,
    query_count,
  };
  static const char* text_of(Query query);
  explicit ReportRows(std::vector<SqliteStatement> statements)
      : statements_(std::move(statements)) {}
  SqliteStatement& use(Query query);
  Result<std::size_t> run(Query query);

  std::vector<SqliteStatement> statements_;
};

}  // namespace strictmx
