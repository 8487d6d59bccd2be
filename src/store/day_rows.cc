#include "store/day_rows.h"

#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

namespace {

using Missing = DayTexts::Missing;

constexpr std::size_t kMaxEntered = 50000;

std::int64_t clamped(std::uint64_t sessions) {
  return static_cast<std::int64_t>(std::min(sessions, kMaxSessions));
}

// All prepared, or the first failure.
Result<std::vector<SqliteStatement>> prepare_all(SqliteConnection& connection,
                                                 std::initializer_list<std::string> sqls) {
  std::vector<SqliteStatement> statements;
  for (const auto& sql : sqls) {
    auto statement = connection.prepare(sql.c_str());
    if (!statement) return std::unexpected(statement.error());
    statements.push_back(*std::move(statement));
  }
  return statements;
}

}  // namespace

std::int64_t number_of(Day day) {
  const std::chrono::year_month_day date(day);
  return std::int64_t{static_cast<int>(date.year())} * 10000 +
         static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
}

std::optional<Day> day_of_number(std::int64_t number) {
  if (number < 19700101 || number > 99991231) return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(number / 10000)),
      std::chrono::month(static_cast<unsigned>(number / 100 % 100)),
      std::chrono::day(static_cast<unsigned>(number % 100)));
  if (!date.ok()) return std::nullopt;
  return Day(date);
}

Result<DayAdder> DayAdder::prepare(SqliteConnection& connection) {
  auto texts = DayTexts::prepare(connection);
  if (!texts) return std::unexpected(texts.error());
  auto all = prepare_all(
      connection,
      {"PRAGMA data_version",
       "SELECT policies, failures, record FROM day_domains WHERE day = ?1 AND domain = ?2",
       "INSERT INTO day_domains (day, domain, record, policies, failures)"
       " VALUES (?1, ?2, '', 0, 0)",
       "UPDATE day_domains SET policies = ?3, failures = ?4 WHERE day = ?1 AND domain = ?2",
       "UPDATE day_domains SET record = ?3 WHERE day = ?1 AND domain = ?2",
       fmt::format("UPDATE days SET domains = domains + 1 WHERE day = ?1 AND domains < {}",
                   kMaxDayDomains),
       "INSERT INTO days (day, domains) VALUES (?1, 1)", "SELECT 1 FROM days WHERE day = ?1",
       fmt::format("UPDATE sessions SET successes = min(successes + ?4, {0}),"
                   " failures = min(failures + ?5, {0})"
                   " WHERE day = ?1 AND domain = ?2 AND policy = ?3",
                   kMaxSessions),
       "INSERT INTO sessions (day, domain, policy, successes, failures)"
       " VALUES (?1, ?2, ?3, ?4, ?5)",
       fmt::format("UPDATE session_failures SET sessions = min(sessions + ?5, {})"
                   " WHERE day = ?1 AND domain = ?2 AND policy = ?3 AND failure = ?4",
                   kMaxSessions),
       "INSERT INTO session_failures (day, domain, policy, failure, sessions)"
       " VALUES (?1, ?2, ?3, ?4, ?5)"});
  if (!all) return std::unexpected(all.error());
  auto& s = *all;
  return DayAdder(connection, *std::move(texts),
                  Statements{std::move(s[0]), std::move(s[1]), std::move(s[2]), std::move(s[3]),
                             std::move(s[4]), std::move(s[5]), std::move(s[6]), std::move(s[7]),
                             std::move(s[8]), std::move(s[9]), std::move(s[10]), std::move(s[11])});
}

Result<bool> DayAdder::change(SqliteStatement& statement,
                              std::initializer_list<std::int64_t> numbers) {
  statement.reset();
  int parameter = 0;
  for (const auto number : numbers) statement.bind_number(++parameter, number);
  const auto done = statement.step();
  statement.reset();
  if (!done) return std::unexpected(done.error());
  return connection_->changed_rows() > 0;
}

// The version changes when another connection has committed.
Result<void> DayAdder::start() {
  do_.data_version.reset();
  const auto row = do_.data_version.step();
  if (!row) return std::unexpected(row.error());
  const std::int64_t version = do_.data_version.number(0);
  do_.data_version.reset();
  if (version != seen_version_) forget();
  seen_version_ = version;
  return texts_.check_generation();
}

Result<void> DayAdder::add(const DomainResults& results, DayOverflow& overflow) {
  auto entered = enter_domain(results);
  if (!entered) return std::unexpected(entered.error());
  if (!*entered) {
    for (const auto& policy : results.policies) {
      overflow.lost_sessions += policy.successes + policy.failures;
    }
    return {};
  }
  Counts counts = **entered;
  for (const auto& policy : results.policies) {
    if (auto done = add_policy(counts, results.domain, policy, overflow); !done) return done;
  }
  if (counts.policies == (*entered)->policies && counts.failures == (*entered)->failures) return {};
  const auto set =
      change(do_.set_counts, {counts.day, counts.domain, counts.policies, counts.failures});
  if (!set) return std::unexpected(set.error());
  if (const auto known = entered_.find(results.domain.text()); known != entered_.end()) {
    known->second.counts = counts;
  }
  return {};
}

// Absent: the day has too many domains.
Result<std::optional<DayAdder::Counts>> DayAdder::enter_domain(const DomainResults& results) {
  const auto hash = results.record.empty() ? 0 : keyed_hash(results.record, key_);
  const auto known = entered_.find(results.domain.text());
  if (known != entered_.end() && known->second.counts.day == number_of(results.day) &&
      (hash == 0 || hash == known->second.record_hash)) {
    return known->second.counts;
  }
  auto found = find_domain(results);
  if (!found || !*found) return found;
  if (entered_.size() >= kMaxEntered) forget();
  entered_.insert_or_assign(results.domain.text(), Entered{**found, hash});
  return found;
}

// Makes the row where there is none.
Result<std::optional<DayAdder::Counts>> DayAdder::find_domain(const DomainResults& results) {
  auto id = texts_.domain_id(results.domain, Missing::leave);
  if (!id) return std::unexpected(id.error());
  Counts counts{number_of(results.day), id->value_or(0), 0, 0};
  do_.find_domain.reset();
  do_.find_domain.bind_number(1, counts.day);
  do_.find_domain.bind_number(2, counts.domain);
  const auto found = do_.find_domain.step();
  if (!found) return std::unexpected(found.error());
  bool same_record = results.record.empty();
  if (*found) {
    counts.policies = do_.find_domain.number(0);
    counts.failures = do_.find_domain.number(1);
    same_record = same_record || do_.find_domain.octets(2) == results.record;
  }
  do_.find_domain.reset();
  if (!*found) {
    const auto room = enter_day(counts.day);
    if (!room) return std::unexpected(room.error());
    if (!*room) return std::nullopt;
    id = texts_.domain_id(results.domain, Missing::make);
    if (!id) return std::unexpected(id.error());
    counts.domain = id->value_or(0);
    const auto added = change(do_.add_domain, {counts.day, counts.domain});
    if (!added) return std::unexpected(added.error());
  }
  if (!same_record) {
    const std::string record = bounded_record(results.record);
    do_.set_record.reset();
    do_.set_record.bind_number(1, counts.day);
    do_.set_record.bind_number(2, counts.domain);
    do_.set_record.bind_text(3, record);
    const auto set = do_.set_record.step();
    do_.set_record.reset();
    if (!set) return std::unexpected(set.error());
  }
  return counts;
}

// Counts one more domain; false: the day has too many.
Result<bool> DayAdder::enter_day(std::int64_t day) {
  const auto raised = change(do_.raise_day, {day});
  if (!raised || *raised) return raised;
  do_.find_day.reset();
  do_.find_day.bind_number(1, day);
  const auto known = do_.find_day.step();
  do_.find_day.reset();
  if (!known) return known;
  if (*known) return false;
  return change(do_.add_day, {day});
}

// False: the domain's day has no such row yet.
Result<bool> DayAdder::raise_sessions(const Counts& counts, std::optional<std::int64_t> policy,
                                      const PolicyResults& results) {
  if (!policy) return false;
  return change(do_.raise_sessions, {counts.day, counts.domain, *policy, clamped(results.successes),
                                     clamped(results.failures)});
}

Result<void> DayAdder::add_policy(Counts& counts, const Domain& domain,
                                  const PolicyResults& results, DayOverflow& overflow) {
  const bool full = counts.policies >= static_cast<std::int64_t>(kMaxDomainPolicies);
  auto id = texts_.policy_id(results.policy, full ? Missing::leave : Missing::make);
  if (!id) return std::unexpected(id.error());
  auto raised = raise_sessions(counts, *id, results);
  if (raised && !*raised && full) {
    overflow.other_policies += results.successes + results.failures;
    id = texts_.policy_id(other_policy(results.policy.type, domain), Missing::make);
    if (!id) return std::unexpected(id.error());
    raised = raise_sessions(counts, *id, results);
  }
  if (!raised) return std::unexpected(raised.error());
  const std::int64_t policy = id->value_or(0);
  if (!*raised) {
    const auto added = change(
        do_.add_sessions,
        {counts.day, counts.domain, policy, clamped(results.successes), clamped(results.failures)});
    if (!added) return std::unexpected(added.error());
    ++counts.policies;
  }
  for (const auto& failure : results.details) {
    if (auto done = add_failure(counts, policy, failure, overflow); !done) return done;
  }
  return {};
}

// As raise_sessions.
Result<bool> DayAdder::raise_failures(const Counts& counts, std::int64_t policy,
                                      std::optional<std::int64_t> failure, std::uint64_t sessions) {
  if (!failure) return false;
  return change(do_.raise_failures,
                {counts.day, counts.domain, policy, *failure, clamped(sessions)});
}

Result<void> DayAdder::add_failure(Counts& counts, std::int64_t policy,
                                   const CountedFailure& failure, DayOverflow& overflow) {
  const bool full = counts.failures >= static_cast<std::int64_t>(kMaxDomainFailures);
  auto id = texts_.failure_id(failure.details, full ? Missing::leave : Missing::make);
  if (!id) return std::unexpected(id.error());
  auto raised = raise_failures(counts, policy, *id, failure.sessions);
  if (raised && !*raised && full) {
    overflow.other_failures += failure.sessions;
    id = texts_.failure_id(other_failure(failure.details.type), Missing::make);
    if (!id) return std::unexpected(id.error());
    raised = raise_failures(counts, policy, *id, failure.sessions);
  }
  if (!raised) return std::unexpected(raised.error());
  if (*raised) return {};
  const auto added = change(do_.add_failures, {counts.day, counts.domain, policy, id->value_or(0),
                                               clamped(failure.sessions)});
  if (!added) return std::unexpected(added.error());
  ++counts.failures;
  return {};
}

}  // namespace strictmx
