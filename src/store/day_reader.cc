#include "store/day_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/day_rows.h"
#include "store/day_texts.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxReportedRows = 100;
constexpr int kDomainsAtOnce = 1000;

bool is_count(std::int64_t number) {
  return number >= 0 && number <= static_cast<std::int64_t>(kMaxSessions);
}

// Column `first` is the policy's id, NULL where there is no such text.
std::optional<ReportedPolicy> read_policy(const SqliteStatement& row, int first) {
  const auto type = parse_policy_type(row.octets(first));
  if (!type) return std::nullopt;
  return ReportedPolicy{*type, std::string(row.octets(first + 1)),
                        split_lines(row.octets(first + 2)), split_lines(row.octets(first + 3))};
}

std::optional<FailureDetails> read_details(const SqliteStatement& row, int first) {
  const auto type = parse_result_type(row.octets(first));
  if (!type) return std::nullopt;
  const auto text = [&](int offset) { return std::string(row.octets(first + offset)); };
  return FailureDetails{*type, text(1), text(2), text(3), text(4), text(5), text(6)};
}

}  // namespace

Result<DayReader> DayReader::prepare(SqliteConnection& connection, Log& log) {
  auto begin = connection.prepare("BEGIN");
  if (!begin) return std::unexpected(begin.error());
  auto commit = connection.prepare("COMMIT");
  if (!commit) return std::unexpected(commit.error());
  auto days = connection.prepare("SELECT day FROM days ORDER BY day");
  if (!days) return std::unexpected(days.error());
  auto domains = connection.prepare(
      fmt::format("SELECT domain, name FROM day_domains JOIN domains ON id = domain"
                  " WHERE day = ?1 AND domain > ?2"
                  " AND EXISTS (SELECT 1 FROM days WHERE days.day = ?1) ORDER BY domain LIMIT {}",
                  kDomainsAtOnce)
          .c_str());
  if (!domains) return std::unexpected(domains.error());
  auto domain = connection.prepare(
      "SELECT d.id, record FROM domains d JOIN day_domains ON domain = d.id"
      " WHERE d.name = ?2 AND day = ?1 AND EXISTS (SELECT 1 FROM days WHERE days.day = ?1)");
  if (!domain) return std::unexpected(domain.error());
  auto policies = connection.prepare(
      "SELECT policy, successes, failures, type, p.domain, strings, mx_hosts"
      " FROM sessions s LEFT JOIN policies p ON p.id = policy"
      " WHERE day = ?1 AND s.domain = ?2 ORDER BY policy");
  if (!policies) return std::unexpected(policies.error());
  auto failures = connection.prepare(
      "SELECT policy, sessions, type, sending_mta_ip, receiving_mx_hostname, receiving_mx_helo,"
      " receiving_ip, additional_information, reason_code"
      " FROM session_failures s LEFT JOIN failures f ON f.id = failure"
      " WHERE day = ?1 AND domain = ?2 ORDER BY policy, failure");
  if (!failures) return std::unexpected(failures.error());
  return DayReader(
      Statements{*std::move(begin), *std::move(commit), *std::move(days), *std::move(domains),
                 *std::move(domain), *std::move(policies), *std::move(failures)},
      log);
}

void DayReader::skip(Day day, std::string_view domain, const char* why) {
  if (++skipped_ > kMaxReportedRows) return;
  log_->error("day_row_unreadable",
              {{"day", format_day(day)}, {"domain", std::string(domain)}, {"why", why}});
}

Result<std::vector<Day>> DayReader::list_days() {
  std::vector<Day> days;
  read_.days.reset();
  for (;;) {
    const auto more = read_.days.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    if (const auto day = day_of_number(read_.days.number(0))) days.push_back(*day);
  }
  read_.days.reset();
  return days;
}

Result<std::vector<Domain>> DayReader::next_domains(Day day, std::int64_t& last) {
  std::vector<Domain> domains;
  bool more = true;
  while (domains.empty() && more) {
    auto& row = read_.domains;
    row.reset();
    row.bind_number(1, number_of(day));
    row.bind_number(2, last);
    more = false;
    for (;;) {
      const auto found = row.step();
      if (!found) return std::unexpected(found.error());
      if (!*found) break;
      more = true;
      last = row.number(0);
      const std::string name(row.octets(1));
      auto domain = Domain::parse_ascii(name);
      if (domain) {
        domains.push_back(*std::move(domain));
      } else {
        skip(day, name, "no domain");
      }
    }
    row.reset();
  }
  return domains;
}

// In one transaction, so that all of it is of one moment.
Result<DomainResults> DayReader::find(Day day, const Domain& domain) {
  read_.begin.reset();
  if (const auto begun = read_.begin.step(); !begun) return std::unexpected(begun.error());
  auto results = find_now(day, domain);
  if (!results && results.error().code != Errc::not_found) return results;
  read_.commit.reset();
  if (const auto done = read_.commit.step(); !done) return std::unexpected(done.error());
  return results;
}

Result<DomainResults> DayReader::find_now(Day day, const Domain& domain) {
  const std::int64_t number = number_of(day);
  read_.domain.reset();
  read_.domain.bind_number(1, number);
  read_.domain.bind_text(2, domain.text());
  const auto found = read_.domain.step();
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return fail(Errc::not_found,
                fmt::format("{}: no results on {}", domain.text(), format_day(day)));
  }
  const std::int64_t id = read_.domain.number(0);
  DomainResults results{day, domain, std::string(read_.domain.octets(1)), {}};
  read_.domain.reset();
  const auto ids = read_policies(number, id, results);
  if (!ids) return std::unexpected(ids.error());
  if (auto done = read_failures(number, id, *ids, results); !done) {
    return std::unexpected(done.error());
  }
  return results;
}

// The ids of results.policies, one for each, rising.
Result<std::vector<std::int64_t>> DayReader::read_policies(std::int64_t day, std::int64_t domain,
                                                           DomainResults& results) {
  std::vector<std::int64_t> ids;
  auto& row = read_.policies;
  row.reset();
  row.bind_number(1, day);
  row.bind_number(2, domain);
  for (;;) {
    const auto more = row.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    auto policy = read_policy(row, 3);
    if (!policy || !is_count(row.number(1)) || !is_count(row.number(2))) {
      skip(results.day, results.domain.text(), "sessions of no policy, or no number of them");
      continue;
    }
    ids.push_back(row.number(0));
    results.policies.push_back(PolicyResults{*std::move(policy),
                                             static_cast<std::uint64_t>(row.number(1)),
                                             static_cast<std::uint64_t>(row.number(2)),
                                             {}});
  }
  row.reset();
  return ids;
}

Result<void> DayReader::read_failures(std::int64_t day, std::int64_t domain,
                                      const std::vector<std::int64_t>& ids,
                                      DomainResults& results) {
  auto& row = read_.failures;
  row.reset();
  row.bind_number(1, day);
  row.bind_number(2, domain);
  for (;;) {
    const auto more = row.step();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    auto details = read_details(row, 2);
    const auto policy = std::ranges::lower_bound(ids, row.number(0));
    if (!details || !is_count(row.number(1)) || policy == ids.end() || *policy != row.number(0)) {
      skip(results.day, results.domain.text(), "failures of no policy or kind, or no number");
      continue;
    }
    results.policies[static_cast<std::size_t>(policy - ids.begin())].details.push_back(
        CountedFailure{*std::move(details), static_cast<std::uint64_t>(row.number(1))});
  }
  row.reset();
  return {};
}

}  // namespace strictmx
