#include "store/day_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

#include "store/sqlite.h"
#include "store/test_support.h"

namespace strictmx {

namespace {

const Day kDay = parse_day("2026-11-24").value();
const Day kNextDay = kDay + std::chrono::days{1};

Domain domain(const std::string& name) { return Domain::parse(name).value(); }

ReportedPolicy sts_policy(const std::string& name) {
  return ReportedPolicy{
      PolicyType::sts, name, {"version: STSv1", "mode: enforce", "max_age: 86400"}, {"*." + name}};
}

FailureDetails expired(const std::string& reason = "") {
  FailureDetails details;
  details.type = ResultType::certificate_expired;
  details.receiving_mx_hostname = "mx.example.com";
  details.reason_code = reason;
  return details;
}

DomainResults results(Day day, const std::string& name, std::uint64_t successes,
                      std::vector<CountedFailure> failures = {}, std::string record = "") {
  std::uint64_t failed = 0;
  for (const auto& failure : failures) failed += failure.sessions;
  return DomainResults{day,
                       domain(name),
                       std::move(record),
                       {PolicyResults{sts_policy(name), successes, failed, std::move(failures)}}};
}

std::unique_ptr<DayStore> open_days(const TempDir& dir, Log& log,
                                    StoreAccess access = StoreAccess::read_write) {
  auto store = DayStore::open(dir.state(), access, log);
  INFO((store ? "" : store.error().detail));
  REQUIRE(store.has_value());
  return *std::move(store);
}

std::filesystem::path file_of(const TempDir& dir) { return dir.state() / "tls-results.sqlite"; }

DayOverflow add(DayStore& store, const DomainResults& what) {
  auto added = store.add(std::span(&what, 1));
  INFO((added ? "" : added.error().detail));
  REQUIRE(added.has_value());
  return *added;
}

DomainResults found(DayStore& store, Day day, const std::string& name) {
  auto results = store.find(day, domain(name));
  INFO((results ? "" : results.error().detail));
  REQUIRE(results.has_value());
  return *std::move(results);
}

std::vector<std::string> domains_of(DayStore& store, Day day) {
  std::vector<std::string> names;
  CHECK(store.visit_domains(day, [&](const Domain& name) { names.push_back(name.text()); }));
  std::ranges::sort(names);
  return names;
}

// One statement of an outsider.
void run_sql(const TempDir& dir, const std::string& sql) {
  auto connection = SqliteConnection::open(file_of(dir).string(), "outsider",
                                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  REQUIRE(connection.has_value());
  const auto done = connection->run(sql.c_str());
  INFO((done ? "" : done.error().detail));
  REQUIRE(done.has_value());
}

std::int64_t read_sql(const TempDir& dir, const char* sql) {
  auto connection =
      SqliteConnection::open(file_of(dir).string(), "outsider", SQLITE_OPEN_READWRITE);
  REQUIRE(connection.has_value());
  return connection->read_number(sql).value();
}

}  // namespace

TEST_CASE("sessions are summed up by day, domain, policy and failure") {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_days(dir, log);
    CHECK(store->list_days().value().empty());
    add(*store, results(kDay, "example.com", 3, {{expired(), 2}}, "v=TLSRPTv1; rua=mailto:a@b.c"));
    add(*store, results(kDay, "example.com", 4, {{expired(), 1}, {expired("x"), 1}}));
    add(*store, results(kDay, "example.org", 1));
    add(*store, results(kNextDay, "example.com", 7));
    const DomainResults plain{
        kDay,
        domain("example.com"),
        "v=TLSRPTv1; rua=mailto:new@b.c",
        {PolicyResults{
            ReportedPolicy{PolicyType::no_policy_found, "example.com", {}, {}}, 5, 0, {}}}};
    add(*store, plain);
  }
  auto store = open_days(dir, log);
  CHECK(store->list_days().value() == std::vector{kDay, kNextDay});
  CHECK(domains_of(*store, kDay) == std::vector<std::string>{"example.com", "example.org"});
  CHECK(domains_of(*store, kNextDay) == std::vector<std::string>{"example.com"});
  const auto day = found(*store, kDay, "example.com");
  CHECK(day.record == "v=TLSRPTv1; rua=mailto:new@b.c");
  REQUIRE(day.policies.size() == 2);
  CHECK(day.policies[0].policy == sts_policy("example.com"));
  CHECK(day.policies[0].successes == 7);
  CHECK(day.policies[0].failures == 4);
  REQUIRE(day.policies[0].details.size() == 2);
  CHECK(day.policies[0].details[0].details == expired());
  CHECK(day.policies[0].details[0].sessions == 3);
  CHECK(day.policies[0].details[1].details == expired("x"));
  CHECK(day.policies[0].details[1].sessions == 1);
  CHECK(day.policies[1].policy.type == PolicyType::no_policy_found);
  CHECK(day.policies[1].policy.strings.empty());
  CHECK(day.policies[1].successes == 5);
  CHECK(found(*store, kNextDay, "example.com").policies.at(0).successes == 7);
  CHECK(store->find(kNextDay, domain("example.org")).error().code == Errc::not_found);
  CHECK(log.lines.empty());
}

TEST_CASE("sums stop at the largest number that JSON bears") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  add(*store, results(kDay, "example.com", ~std::uint64_t{0}, {{expired(), kMaxSessions}}));
  add(*store, results(kDay, "example.com", 5, {{expired(), 5}}));
  const auto day = found(*store, kDay, "example.com");
  CHECK(day.policies.at(0).successes == kMaxSessions);
  CHECK(day.policies.at(0).failures == kMaxSessions);
  CHECK(day.policies.at(0).details.at(0).sessions == kMaxSessions);
}

TEST_CASE("too many policies and failures become one other, and sums stay exact") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  std::vector<DomainResults> many;
  constexpr std::size_t kMore = 50;
  for (std::size_t i = 0; i < kMaxDomainPolicies + kMore; ++i) {
    auto one = results(kDay, "example.com", 1);
    one.policies[0].policy.strings = {"id " + std::to_string(i)};
    many.push_back(std::move(one));
  }
  CHECK(store->add(many).value().other_policies == kMore);
  many.clear();
  for (std::size_t i = 0; i < kMaxDomainFailures + kMore; ++i) {
    many.push_back(results(kDay, "example.net", 0, {{expired("r" + std::to_string(i)), 2}}));
  }
  CHECK(store->add(many).value().other_failures == 2 * kMore);
  CHECK(add(*store, results(kDay, "example.net", 0, {{expired("r7"), 1}})).other_failures == 0);
  CHECK(add(*store, results(kDay, "example.net", 0, {{expired("rX"), 1}})).other_failures == 1);

  std::uint64_t sessions = 0;
  const auto policies = found(*store, kDay, "example.com").policies;
  CHECK(policies.size() == kMaxDomainPolicies + 1);
  for (const auto& policy : policies) sessions += policy.successes;
  CHECK(sessions == kMaxDomainPolicies + kMore);
  CHECK(policies.back().policy == other_policy(PolicyType::sts, domain("example.com")));
  CHECK(policies.back().successes == kMore);

  const auto failing = found(*store, kDay, "example.net").policies.at(0);
  CHECK(failing.failures == 2 * (kMaxDomainFailures + kMore) + 2);
  CHECK(failing.details.size() == kMaxDomainFailures + 1);
  std::uint64_t failed = 0;
  for (const auto& failure : failing.details) failed += failure.sessions;
  CHECK(failed == failing.failures);
  CHECK(failing.details.back().details == other_failure(ResultType::certificate_expired));
  // Nothing of what was not kept apart is in the file.
  CHECK(read_sql(dir, "SELECT count(*) FROM failures") == kMaxDomainFailures + 1);
  CHECK(read_sql(dir, "SELECT count(*) FROM policies") == kMaxDomainPolicies + 2);
}

TEST_CASE("a day takes only so many domains") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  add(*store, results(kDay, "example.com", 1));
  run_sql(dir, "UPDATE days SET domains = " + std::to_string(kMaxDayDomains));
  CHECK(add(*store, results(kDay, "example.org", 1, {{expired(), 2}})).lost_sessions == 3);
  CHECK(add(*store, results(kDay, "example.com", 1)).lost_sessions == 0);
  CHECK(add(*store, results(kNextDay, "example.org", 1)).lost_sessions == 0);
  CHECK(domains_of(*store, kDay) == std::vector<std::string>{"example.com"});
  CHECK(found(*store, kDay, "example.com").policies.at(0).successes == 2);
}

TEST_CASE("an erased day is gone with its texts, other days are not") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  auto other = open_days(dir, log);
  add(*store, results(kDay, "example.com", 1, {{expired("a"), 1}}));
  add(*store, results(kDay, "example.org", 1));
  add(*store, results(kNextDay, "example.org", 2, {{expired("b"), 1}}));
  CHECK(!other->erase_day(kDay - std::chrono::days{1}).value());
  CHECK(other->erase_day(kDay).value());
  CHECK(!other->erase_day(kDay).value());
  CHECK(store->list_days().value() == std::vector{kNextDay});
  CHECK(domains_of(*store, kDay).empty());
  CHECK(store->find(kDay, domain("example.org")).error().code == Errc::not_found);
  CHECK(found(*store, kNextDay, "example.org").policies.at(0).successes == 2);
  CHECK(read_sql(dir,
                 "SELECT (SELECT count(*) FROM domains) + (SELECT count(*) FROM policies)"
                 " + (SELECT count(*) FROM failures)") == 3);
  // `store` remembers the numbers of texts that `other` erased.
  add(*store, results(kNextDay, "example.com", 1, {{expired("a"), 1}}));
  CHECK(found(*other, kNextDay, "example.com").policies.at(0).details.at(0).details ==
        expired("a"));
  add(*store, results(kDay, "example.com", 1));
  CHECK(store->erase_before(kNextDay).value() == 1);
  CHECK(store->erase_before(kNextDay + std::chrono::days{1}).value() == 1);
  CHECK(store->list_days().value().empty());
  CHECK(read_sql(dir,
                 "SELECT (SELECT count(*) FROM domains) + (SELECT count(*) FROM sessions)"
                 " + (SELECT count(*) FROM session_failures)") == 0);
}

TEST_CASE("what an interrupted erasing left does not come back") {
  const TempDir dir;
  LinesLog log;
  {
    auto store = open_days(dir, log);
    add(*store, results(kDay, "example.com", 9, {{expired(), 1}}));
    run_sql(dir, "DELETE FROM days");
    CHECK(domains_of(*store, kDay).empty());
    CHECK(store->find(kDay, domain("example.com")).error().code == Errc::not_found);
  }
  auto store = open_days(dir, log);
  CHECK(read_sql(dir, "SELECT count(*) FROM session_failures") == 0);
  add(*store, results(kDay, "example.com", 1));
  CHECK(found(*store, kDay, "example.com").policies.at(0).successes == 1);
}

TEST_CASE("the oldest of too many days are erased") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  std::vector<DomainResults> years;
  for (int i = 0; i < static_cast<int>(kMaxDays) + 2; ++i) {
    years.push_back(results(kDay + std::chrono::days{i}, "example.com", 1));
  }
  CHECK(store->add(years));
  const auto days = store->list_days().value();
  CHECK(days.size() == kMaxDays);
  CHECK(days.front() == kDay + std::chrono::days{2});
}

TEST_CASE("several writers at once: nothing is lost or doubled") {
  const TempDir dir;
  constexpr int kWriters = 4;
  constexpr int kRounds = 20;
  {
    std::vector<std::thread> writers;
    std::vector<int> failed(kWriters, 0);
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&dir, &failed, writer] {
        LinesLog log;
        auto store = DayStore::open(dir.state(), StoreAccess::read_write, log);
        for (int i = 0; i < kRounds; ++i) {
          const auto one = results(kDay, i % 2 == 0 ? "example.com" : "example.org", 1,
                                   {{expired(std::to_string(writer)), 1}});
          if (!store || !(*store)->add(std::span(&one, 1))) ++failed[static_cast<size_t>(writer)];
        }
      });
    }
    for (auto& thread : writers) thread.join();
    CHECK(failed == std::vector<int>(kWriters, 0));
  }
  LinesLog log;
  auto store = open_days(dir, log);
  const auto day = found(*store, kDay, "example.com");
  CHECK(day.policies.size() == 1);
  CHECK(day.policies.at(0).successes == kWriters * kRounds / 2);
  CHECK(day.policies.at(0).details.size() == kWriters);
  CHECK(domains_of(*store, kDay).size() == 2);
  CHECK(read_sql(dir, "SELECT domains FROM days") == 2);
}

TEST_CASE("what another writer, or an erasing, changed is not remembered as it was") {
  const TempDir dir;
  LinesLog log;
  const auto one = open_days(dir, log);
  const auto other = open_days(dir, log);
  for (int i = 0; i < 3; ++i) {
    auto* const store = i % 2 == 0 ? one.get() : other.get();
    add(*store, results(kDay, "example.com", 1, {{expired(std::to_string(i)), 1}}, "record"));
  }
  CHECK(read_sql(dir, "SELECT failures FROM day_domains") == 3);
  add(*one, results(kDay, "example.com", 1, {}, "newer"));
  CHECK(found(*other, kDay, "example.com").record == "newer");
  add(*other, results(kDay, "example.com", 1, {}, "record"));
  add(*one, results(kDay, "example.com", 1, {}, "newer"));
  CHECK(found(*one, kDay, "example.com").record == "newer");
  CHECK(one->erase_day(kDay).value());
  add(*one, results(kDay, "example.com", 7));
  CHECK(found(*one, kDay, "example.com").policies.at(0).successes == 7);
  CHECK(read_sql(dir, "SELECT domains FROM days") == 1);
  CHECK(other->erase_day(kDay).value());
  add(*one, results(kDay, "example.com", 8));
  CHECK(found(*other, kDay, "example.com").policies.at(0).successes == 8);
  add(*one, results(kNextDay, "example.com", 9));
  add(*one, results(kDay, "example.com", 1));
  CHECK(found(*one, kDay, "example.com").policies.at(0).successes == 9);
  CHECK(found(*one, kNextDay, "example.com").policies.at(0).successes == 9);
}

TEST_CASE("a killed writer leaves whole transactions") {
  const TempDir dir;
  const int status = run_in_child([&dir] {
    LinesLog log;
    auto store = DayStore::open(dir.state(), StoreAccess::read_write, log);
    if (!store) return 1;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::array both{results(kDay, "example.com", 1), results(kDay, "example.org", 1)};
      if (!(*store)->add(both)) return 1;
    }
    ::raise(SIGKILL);
    return 1;
  });
  CHECK(WIFSIGNALED(status));
  LinesLog log;
  auto store = open_days(dir, log);
  CHECK(found(*store, kDay, "example.com").policies.at(0).successes == 20);
  CHECK(found(*store, kDay, "example.org").policies.at(0).successes == 20);
}

TEST_CASE("rows that cannot be used are left out and told") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  add(*store, results(kDay, "example.com", 3, {{expired("a"), 1}, {expired("b"), 1}}));
  SUBCASE("a text is not there") { run_sql(dir, "DELETE FROM failures WHERE reason_code = 'a'"); }
  SUBCASE("a word is unknown") {
    run_sql(dir, "UPDATE failures SET type = 'bad' WHERE reason_code = 'a'");
  }
  SUBCASE("a count is negative") {
    run_sql(dir, "UPDATE session_failures SET sessions = -1 WHERE failure = 1");
  }
  const auto day = found(*store, kDay, "example.com");
  REQUIRE(day.policies.size() == 1);
  REQUIRE(day.policies[0].details.size() == 1);
  CHECK(day.policies[0].details[0].details == expired("b"));
  REQUIRE(log.lines.size() == 1);
  CHECK(log.lines[0].starts_with("day_row_unreadable day=2026-11-24 domain=example.com"));
}

TEST_CASE("a removed file is made anew") {
  const TempDir dir;
  LinesLog log;
  auto store = open_days(dir, log);
  add(*store, results(kDay, "example.com", 3));
  std::filesystem::remove(file_of(dir));
  add(*store, results(kDay, "example.com", 1));
  CHECK(found(*store, kDay, "example.com").policies.at(0).successes == 1);
  CHECK(log.lines.at(0).starts_with("day_file_gone"));
}

TEST_CASE("a damaged file is set aside, what can be read is kept") {
  const TempDir dir;
  LinesLog log;
  constexpr int kDomains = 400;
  {
    auto store = open_days(dir, log);
    std::vector<DomainResults> many;
    for (int i = 0; i < kDomains; ++i) {
      many.push_back(results(kDay, "d" + std::to_string(i) + ".example", 1, {{expired(), 1}}));
    }
    CHECK(store->add(many));
  }
  const auto size = std::filesystem::file_size(file_of(dir));
  REQUIRE(size > 20 * 4096);
  int kept = 0;
  SUBCASE("a page in the middle") {
    std::fstream file(file_of(dir), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 4096 / 2 * 4096));
    file << std::string(4096, '\x55');
    kept = kDomains / 4;
  }
  SUBCASE("the header") {
    std::fstream file(file_of(dir), std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(4096, '\x55');
  }
  SUBCASE("cut short") { std::filesystem::resize_file(file_of(dir), 4096 * 3); }
  auto store = open_days(dir, log);
  CHECK(static_cast<int>(domains_of(*store, kDay).size()) >= kept);
  REQUIRE(!log.lines.empty());
  CHECK(log.lines[0].starts_with("day_file_damaged"));
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.state())) {
    if (entry.path().filename().string().starts_with("tls-results.sqlite.damaged-")) ++damaged;
  }
  CHECK(damaged >= 1);
  add(*store, results(kDay, "example.com", 1));
  CHECK(found(*store, kDay, "example.com").policies.at(0).successes == 1);
}

TEST_CASE("for reading, nothing is made or changed") {
  const TempDir dir;
  LinesLog log;
  CHECK(DayStore::open(dir.state(), StoreAccess::read_only, log).error().code == Errc::not_found);
  CHECK(!std::filesystem::exists(dir.state()));
  add(*open_days(dir, log), results(kDay, "example.com", 3));
  auto store = open_days(dir, log, StoreAccess::read_only);
  CHECK(found(*store, kDay, "example.com").policies.at(0).successes == 3);
  const auto one = results(kDay, "example.com", 3);
  CHECK(store->add(std::span(&one, 1)).error().code == Errc::io);
  CHECK(store->erase_day(kDay).error().code == Errc::io);
  struct stat status{};
  REQUIRE(::stat(file_of(dir).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("files of others and of newer programs are refused as they are") {
  const TempDir dir;
  LinesLog log;
  std::filesystem::create_directories(dir.state());
  SUBCASE("of others") { run_sql(dir, "CREATE TABLE t (x)"); }
  SUBCASE("newer") {
    add(*open_days(dir, log), results(kDay, "example.com", 3));
    run_sql(dir, "PRAGMA user_version = -33750526");  // 0xfdfd0202
  }
  CHECK(DayStore::open(dir.state(), StoreAccess::read_write, log).error().code ==
        Errc::unsupported);
}

}  // namespace strictmx
