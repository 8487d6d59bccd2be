#include "store/report_rows.h"

#include <fmt/format.h>

#include "base/json.h"

namespace strictmx {

namespace {

std::int64_t number_of(Day day) {
  const std::chrono::year_month_day date{day};
  return static_cast<int>(date.year()) * 10000 + static_cast<int>(unsigned{date.month()}) * 100 +
         static_cast<int>(unsigned{date.day()});
}

Result<Day> day_from(std::int64_t number) {
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(number / 10000)),
      std::chrono::month(static_cast<unsigned>(number / 100 % 100)),
      std::chrono::day(static_cast<unsigned>(number % 100))};
  if (number < 0 || !date.ok()) return fail(Errc::corrupt, "reports.sqlite: a day that is none");
  return Day(date);
}

std::int64_t number_of(WallTime time) { return time.time_since_epoch().count(); }
WallTime time_from(std::int64_t number) { return WallTime(Seconds(number)); }

// Columns from `first` on: state, attempts, first_at, next_at, detail.
Result<DeliveryStatus> status_from(const SqliteStatement& row, int first) {
  const auto state = parse_delivery_state(row.octets(first));
  if (!state) return fail(Errc::corrupt, "reports.sqlite: a state that is none");
  return DeliveryStatus{*state, static_cast<unsigned>(row.number(first + 1)),
                        time_from(row.number(first + 2)), time_from(row.number(first + 3)),
                        std::string(row.octets(first + 4))};
}

// The columns of list_due and list_all.
Result<QueuedDelivery> delivery_from(const SqliteStatement& row) {
  const auto day = day_from(row.number(3));
  if (!day) return std::unexpected(day.error());
  auto domain = Domain::parse_ascii(row.octets(4));
  if (!domain) return fail(Errc::corrupt, "reports.sqlite: a domain that is none");
  auto status = status_from(row, 9);
  if (!status) return std::unexpected(status.error());
  return QueuedDelivery{
      row.number(0),
      {row.number(2), *day, *std::move(domain), static_cast<unsigned>(row.number(5)),
       std::string(row.octets(6)), time_from(row.number(7)), std::string(row.octets(14))},
      static_cast<unsigned>(row.number(1)),
      std::string(row.octets(8)),
      *std::move(status)};
}

}  // namespace

const char* ReportRows::text_of(Query query) {
  switch (query) {
    case list_closed:
      return "SELECT day FROM closed_days ORDER BY day";
    case add_closed:
      return "INSERT OR IGNORE INTO closed_days (day, closed_at) VALUES (?1, ?2)";
    case list_built:
      return "SELECT domain FROM built WHERE day = ?1";
    case insert_built:
      return "INSERT OR IGNORE INTO built (day, domain, outcome) VALUES (?1, ?2, ?3) RETURNING 1";
    case max_number:
      return "SELECT coalesce(max(number), 0) FROM reports WHERE day = ?1 AND domain = ?2";
    case insert_report:
      return "INSERT INTO reports (day, domain, number, report_id, created_at, json)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
    case insert_delivery:
      return "INSERT INTO deliveries (report, ordinal, uri, host, state, attempts, first_at,"
             " next_at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    case list_due:
      return "SELECT d.id, d.ordinal, r.id, r.day, r.domain, r.number, r.report_id, r.created_at,"
             " d.uri, d.state, d.attempts, d.first_at, d.next_at, d.detail, r.json"
             " FROM deliveries d JOIN reports r ON r.id = d.report"
             " WHERE d.state = 'waiting' AND d.next_at <= ?1 AND d.uri LIKE ?3"
             " AND d.host NOT IN (SELECT value FROM json_each(?4)) ORDER BY d.next_at LIMIT ?2";
    case update_next:
      return "UPDATE deliveries SET next_at = ?2 WHERE id = ?1";
    case update_status:
      return "UPDATE deliveries SET state = ?2, attempts = ?3, first_at = ?4, next_at = ?5,"
             " detail = ?6 WHERE id = ?1";
    case hurry_all:
      return "UPDATE deliveries SET next_at = ?1 WHERE state = 'waiting' RETURNING 1";
    case hurry_day:
      return "UPDATE deliveries SET next_at = ?1 WHERE state = 'waiting'"
             " AND report IN (SELECT id FROM reports WHERE day = ?2) RETURNING 1";
    case first_due:
      return "SELECT next_at FROM deliveries WHERE state = 'waiting' ORDER BY next_at LIMIT 1";
    case count_states:
      return "SELECT state, count(*) FROM deliveries GROUP BY state";
    case count_hosts:
      return "SELECT host, count(*) FROM deliveries WHERE state = 'delivered'"
             " AND next_at >= ?1 AND next_at < ?2 AND uri LIKE 'mailto:%' GROUP BY host";
    case list_all:
      return "SELECT d.id, d.ordinal, r.id, r.day, r.domain, r.number, r.report_id, r.created_at,"
             " d.uri, d.state, d.attempts, d.first_at, d.next_at, d.detail, ''"
             " FROM deliveries d JOIN reports r ON r.id = d.report"
             " ORDER BY r.day DESC, r.domain, r.number, d.ordinal";
    case erase_deliveries:
      return "DELETE FROM deliveries WHERE report IN (SELECT id FROM reports WHERE day < ?1)";
    case erase_reports:
      return "DELETE FROM reports WHERE day < ?1 RETURNING 1";
    case erase_built:
      return "DELETE FROM built WHERE day < ?1";
    case erase_closed:
      return "DELETE FROM closed_days WHERE day < ?1";
    case query_count:
      break;
  }
  return "";
}

Result<ReportRows> ReportRows::prepare(SqliteConnection& connection) {
  std::vector<SqliteStatement> statements;
  for (std::size_t query = 0; query < query_count; ++query) {
    auto statement = connection.prepare(text_of(static_cast<Query>(query)));
    if (!statement) return std::unexpected(statement.error());
    statements.push_back(*std::move(statement));
  }
  return ReportRows(std::move(statements));
}

SqliteStatement& ReportRows::use(Query query) {
  statements_[query].reset();
  return statements_[query];
}

// Steps to the end and resets, so that no statement keeps a transaction open; returns the rows.
Result<std::size_t> ReportRows::run(Query query) {
  auto& statement = statements_[query];
  std::size_t rows = 0;
  for (;; ++rows) {
    const auto row = statement.step();
    if (!row) {
      statement.reset();
      return std::unexpected(row.error());
    }
    if (!*row) break;
  }
  statement.reset();
  return rows;
}

namespace {

// Calls `take` for each row and resets the statement whatever happens.
template <class Take>
Result<void> for_each(SqliteStatement& statement, Take take) {
  for (;;) {
    const auto row = statement.step();
    if (!row || !*row) {
      statement.reset();
      if (!row) return std::unexpected(row.error());
      return {};
    }
    if (Result<void> taken = take(statement); !taken) {
      statement.reset();
      return taken;
    }
  }
}

}  // namespace

Result<std::vector<Day>> ReportRows::closed_days() {
  std::vector<Day> days;
  const auto read = for_each(use(list_closed), [&](const SqliteStatement& row) -> Result<void> {
    const auto day = day_from(row.number(0));
    if (!day) return std::unexpected(day.error());
    days.push_back(*day);
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return days;
}

Result<void> ReportRows::close_day(Day day, WallTime now) {
  auto& statement = use(add_closed);
  statement.bind_number(1, number_of(day));
  statement.bind_number(2, number_of(now));
  const auto done = run(add_closed);
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<std::set<Domain>> ReportRows::built_domains(Day day) {
  std::set<Domain> domains;
  auto& statement = use(list_built);
  statement.bind_number(1, number_of(day));
  const auto read = for_each(statement, [&](const SqliteStatement& row) -> Result<void> {
    auto domain = Domain::parse_ascii(row.octets(0));
    if (domain) domains.insert(*std::move(domain));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return domains;
}

Result<bool> ReportRows::add_built(Day day, const Domain& domain, BuildOutcome outcome) {
  auto& statement = use(insert_built);
  statement.bind_number(1, number_of(day));
  statement.bind_text(2, domain.text());
  statement.bind_text(3, name_of(outcome));
  const auto rows = run(insert_built);
  if (!rows) return std::unexpected(rows.error());
  return *rows == 1;
}

Result<unsigned> ReportRows::next_number(Day day, const Domain& domain) {
  auto& statement = use(max_number);
  statement.bind_number(1, number_of(day));
  statement.bind_text(2, domain.text());
  unsigned next = 1;
  const auto read = for_each(statement, [&](const SqliteStatement& row) -> Result<void> {
    next = static_cast<unsigned>(row.number(0)) + 1;
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return next;
}

Result<std::int64_t> ReportRows::add_report(Day day, const Domain& domain, const NewReport& report,
                                            WallTime now) {
  auto& statement = use(insert_report);
  statement.bind_number(1, number_of(day));
  statement.bind_text(2, domain.text());
  statement.bind_number(3, report.number);
  statement.bind_text(4, report.report_id);
  statement.bind_number(5, number_of(now));
  statement.bind_blob(6, report.gzipped_json);
  std::int64_t id = 0;
  const auto read = for_each(statement, [&](const SqliteStatement& row) -> Result<void> {
    id = row.number(0);
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return id;
}

Result<void> ReportRows::add_delivery(std::int64_t report, unsigned ordinal,
                                      const NewDelivery& delivery) {
  auto& statement = use(insert_delivery);
  statement.bind_number(1, report);
  statement.bind_number(2, ordinal);
  statement.bind_text(3, delivery.uri);
  statement.bind_text(4, delivery.host);
  statement.bind_text(5, name_of(delivery.status.state));
  statement.bind_number(6, delivery.status.attempts);
  statement.bind_number(7, number_of(delivery.status.first_at));
  statement.bind_number(8, number_of(delivery.status.next_at));
  statement.bind_text(9, delivery.status.detail);
  const auto done = run(insert_delivery);
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<std::vector<QueuedDelivery>> ReportRows::find_due(WallTime now, std::size_t limit,
                                                         const DeliveryFilter& filter) {
  const auto begin = filter.scheme ? std::string(name_of(*filter.scheme)) + ":%" : "%";
  const auto busy = Json::strings(filter.busy_hosts).dump();
  auto& statement = use(list_due);
  statement.bind_number(1, number_of(now));
  statement.bind_number(2, static_cast<std::int64_t>(limit));
  statement.bind_text(3, begin);
  statement.bind_text(4, busy);
  std::vector<QueuedDelivery> due;
  const auto read = for_each(statement, [&](const SqliteStatement& row) -> Result<void> {
    auto delivery = delivery_from(row);
    if (!delivery) return std::unexpected(delivery.error());
    due.push_back(*std::move(delivery));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return due;
}

Result<void> ReportRows::put_off(std::int64_t delivery, WallTime until) {
  auto& statement = use(update_next);
  statement.bind_number(1, delivery);
  statement.bind_number(2, number_of(until));
  const auto done = run(update_next);
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<void> ReportRows::record(std::int64_t delivery, const DeliveryStatus& status) {
  auto& statement = use(update_status);
  statement.bind_number(1, delivery);
  statement.bind_text(2, name_of(status.state));
  statement.bind_number(3, status.attempts);
  statement.bind_number(4, number_of(status.first_at));
  statement.bind_number(5, number_of(status.next_at));
  statement.bind_text(6, status.detail);
  const auto done = run(update_status);
  if (!done) return std::unexpected(done.error());
  return {};
}

Result<std::size_t> ReportRows::hurry(std::optional<Day> day, WallTime now) {
  const auto query = day ? hurry_day : hurry_all;
  auto& statement = use(query);
  statement.bind_number(1, number_of(now));
  if (day) statement.bind_number(2, number_of(*day));
  return run(query);
}

Result<std::optional<WallTime>> ReportRows::next_due() {
  std::optional<WallTime> next;
  const auto read = for_each(use(first_due), [&](const SqliteStatement& row) -> Result<void> {
    next = time_from(row.number(0));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return next;
}

Result<QueueCounts> ReportRows::count() {
  QueueCounts counts;
  const auto read = for_each(use(count_states), [&](const SqliteStatement& row) -> Result<void> {
    const auto number = static_cast<std::uint64_t>(row.number(1));
    const auto state = parse_delivery_state(row.octets(0));
    if (state == DeliveryState::waiting) counts.waiting = number;
    if (state == DeliveryState::delivered) counts.delivered = number;
    if (state == DeliveryState::refused) counts.refused = number;
    if (state == DeliveryState::expired) counts.expired = number;
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return counts;
}

Result<std::map<std::string, std::uint64_t>> ReportRows::count_mailed(Day day) {
  auto& statement = use(count_hosts);
  statement.bind_number(1, number_of(WallTime(day)));
  statement.bind_number(2, number_of(WallTime(day + std::chrono::days(1))));
  std::map<std::string, std::uint64_t> mails;
  const auto read = for_each(statement, [&](const SqliteStatement& row) -> Result<void> {
    mails.emplace(row.octets(0), static_cast<std::uint64_t>(row.number(1)));
    return {};
  });
  if (!read) return std::unexpected(read.error());
  return mails;
}

Result<void> ReportRows::visit(const std::function<void(const QueuedDelivery&)>& each) {
  return for_each(use(list_all), [&](const SqliteStatement& row) -> Result<void> {
    const auto delivery = delivery_from(row);
    if (!delivery) return std::unexpected(delivery.error());
    each(*delivery);
    return {};
  });
}

Result<std::size_t> ReportRows::erase_before(Day day) {
  std::size_t reports = 0;
  for (const auto query : {erase_deliveries, erase_reports, erase_built, erase_closed}) {
    use(query).bind_number(1, number_of(day));
    const auto rows = run(query);
    if (!rows) return std::unexpected(rows.error());
    if (query == erase_reports) reports = *rows;
  }
  return reports;
}

}  // namespace strictmx
