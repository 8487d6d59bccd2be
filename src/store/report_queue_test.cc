#include "store/report_queue.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "store/test_support.h"

using namespace strictmx;

namespace {

const Day kDay = *parse_day("2026-11-24");
const WallTime kNow = *parse_utc("2026-11-25T00:05:00Z");
const Domain kDomain = *Domain::parse("example.net");

BuiltDomain built(unsigned number = 1,
                  BuiltDomain::Extent extent = BuiltDomain::Extent::whole_day) {
  NewReport report{number, "2026." + std::to_string(number) + "@s.example", "octets", {}};
  DeliveryStatus status;
  status.next_at = kNow;
  report.deliveries.push_back({"mailto:a@example.net", "example.net", status});
  status.next_at = kNow + Seconds(100);
  report.deliveries.push_back({"https://r.example/", "r.example", status});
  return {kDay, kDomain, BuildOutcome::queued, {report}, extent};
}

std::unique_ptr<ReportQueue> open_queue(const std::filesystem::path& dir, Log& log) {
  auto queue = ReportQueue::open(dir, StoreAccess::read_write, log);
  REQUIRE(queue.has_value());
  return *std::move(queue);
}

std::vector<QueuedDelivery> all(ReportQueue& queue) {
  std::vector<QueuedDelivery> list;
  REQUIRE(queue.visit([&](const QueuedDelivery& delivery) { list.push_back(delivery); }));
  return list;
}

struct Fixture {
  TempDir dir;
  LinesLog log;
  std::unique_ptr<ReportQueue> queue = open_queue(dir.path(), log);
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "what is queued is claimed when due, once, with its octets") {
  REQUIRE(queue->add(std::vector{built()}, kNow));
  CHECK(queue->claim_due(kNow - Seconds(1), Seconds(600), 9, {})->empty());
  const auto due = queue->claim_due(kNow, Seconds(600), 9, {});
  REQUIRE(due->size() == 1);
  CHECK(due->at(0).uri == "mailto:a@example.net");
  CHECK(due->at(0).report.gzipped_json == "octets");
  CHECK(due->at(0).report.created_at == kNow);
  CHECK(due->at(0).report.domain == kDomain);
  CHECK(queue->claim_due(kNow, Seconds(600), 9, {})->empty());
  CHECK(queue->claim_due(kNow + Seconds(100), Seconds(600), 9, {})->size() == 1);
  CHECK(queue->claim_due(kNow + Seconds(600), Seconds(600), 9, {})->size() == 1);  // lease is over
}

TEST_CASE_FIXTURE(Fixture, "deliveries of one scheme, and not to busy hosts") {
  auto domain = built();
  DeliveryStatus due_now;
  due_now.next_at = kNow;
  domain.reports.at(0).deliveries = {
      {"mailto:a@example.net", "example.net", due_now},
      {"HTTPS://r.example.net/", "r.example.net", due_now},
      {"https://s.example.net/", "s.example.net", due_now},
  };
  REQUIRE(queue->add(std::vector{domain}, kNow));
  const auto uris = [&](const DeliveryFilter& filter) {
    std::vector<std::string> found;
    const auto due = queue->claim_due(kNow, Seconds(0), 9, filter);
    for (const auto& delivery : *due) found.push_back(delivery.uri);
    return found;
  };
  using Uris = std::vector<std::string>;
  CHECK(uris({}).size() == 3);
  CHECK(uris({ReportScheme::mailto, {}}) == Uris{"mailto:a@example.net"});
  CHECK(uris({ReportScheme::https, {"r.example.net", "x"}}) == Uris{"https://s.example.net/"});
  CHECK(uris({ReportScheme::mailto, {"example.net"}}).empty());
}

TEST_CASE_FIXTURE(Fixture, "a status is recorded and read back; what ended is not due") {
  REQUIRE(queue->add(std::vector{built()}, kNow));
  auto due = queue->claim_due(kNow, Seconds(600), 1, {});
  const DeliveryStatus status{DeliveryState::delivered, 3, kNow, kNow + Seconds(5), "250 ok"};
  REQUIRE(queue->record(due->at(0).id, status));
  CHECK(all(*queue).at(0).status == status);
  CHECK(queue->claim_due(kNow + Seconds(9999), Seconds(1), 9, {})->size() == 1);
  CHECK(queue->count()->delivered == 1);
  CHECK(queue->count()->waiting == 1);
  const auto mailed = queue->count_mailed(*parse_day("2026-11-25"));
  CHECK(*mailed == std::map<std::string, std::uint64_t>{{"example.net", 1}});
  CHECK(queue->count_mailed(kDay)->empty());
}

TEST_CASE_FIXTURE(Fixture, "a domain's day is built once, a part of a day as often as asked") {
  REQUIRE(queue->add(std::vector{built()}, kNow));
  REQUIRE(queue->add(std::vector{built(7)}, kNow));
  CHECK(all(*queue).size() == 2);
  CHECK(queue->built_domains(kDay)->contains(kDomain));
  CHECK(queue->next_number(kDay, kDomain) == 2U);
  const auto part = BuiltDomain::Extent::so_far;
  REQUIRE(queue->add(std::vector{built(2, part)}, kNow));
  CHECK(all(*queue).size() == 4);
  CHECK(queue->next_number(kDay, kDomain) == 3U);
  CHECK(queue->next_number(kDay, *Domain::parse("other.example")) == 1U);
}

TEST_CASE_FIXTURE(Fixture, "all or nothing: a report id that is taken adds none of the group") {
  auto other = built();
  other.domain = *Domain::parse("other.example");
  CHECK_FALSE(queue->add(std::vector{built(), other}, kNow).has_value());
  CHECK(all(*queue).empty());
  CHECK(queue->built_domains(kDay)->empty());
  REQUIRE(queue->add(std::vector{built()}, kNow));
}

TEST_CASE_FIXTURE(Fixture, "closed days, hurry, next due, erasing") {
  CHECK(queue->closed_days()->empty());
  REQUIRE(queue->close_day(kDay, kNow));
  REQUIRE(queue->close_day(kDay, kNow));
  CHECK(*queue->closed_days() == std::vector{kDay});
  CHECK_FALSE(queue->next_due()->has_value());
  REQUIRE(queue->add(std::vector{built()}, kNow));
  CHECK(**queue->next_due() == kNow);
  CHECK(queue->hurry(kDay, kNow - Seconds(9)) == 2U);
  CHECK(queue->hurry(*parse_day("2026-11-23"), kNow) == 0U);
  CHECK(queue->hurry(std::nullopt, kNow - Seconds(9)) == 2U);
  CHECK(queue->claim_due(kNow - Seconds(9), Seconds(1), 9, {})->size() == 2);
  CHECK(queue->erase_before(kDay) == 0U);
  CHECK(queue->erase_before(kDay + std::chrono::days(1)) == 1U);
  CHECK(all(*queue).empty());
  CHECK(queue->closed_days()->empty());
}

TEST_CASE_FIXTURE(Fixture, "a damaged file is set aside and a new one made") {
  REQUIRE(queue->add(std::vector{built()}, kNow));
  queue.reset();
  std::ofstream(dir.path() / "reports.sqlite", std::ios::trunc) << std::string(8192, 'x');
  queue = open_queue(dir.path(), log);
  CHECK(all(*queue).empty());
  CHECK(std::filesystem::exists(dir.path() / "reports.sqlite.damaged"));
}

TEST_CASE("opened for reading: nothing is made") {
  const TempDir dir;
  LinesLog log;
  CHECK(ReportQueue::open(dir.path(), StoreAccess::read_only, log).error().code == Errc::not_found);
}

// SIGKILL after each step of a delivery's life: what was accepted is delivered again at most, and
// nothing that was queued is ever lost (at least once).
TEST_CASE("a process killed at any step loses no delivery") {
  for (int steps = 0; steps <= 4; ++steps) {
    CAPTURE(steps);
    const TempDir dir;
    LinesLog log;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto queue = ReportQueue::open(dir.path(), StoreAccess::read_write, log);
      if (steps >= 1) static_cast<void>((*queue)->add(std::vector{built()}, kNow));
      if (steps >= 2) static_cast<void>((*queue)->close_day(kDay, kNow));
      if (steps >= 3) {
        const auto due = (*queue)->claim_due(kNow, Seconds(600), 1, {});
        const DeliveryStatus done{DeliveryState::delivered, 1, kNow, kNow, ""};
        if (steps >= 4) static_cast<void>((*queue)->record(due->at(0).id, done));
      }
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    const auto queue = open_queue(dir.path(), log);
    if (queue->built_domains(kDay)->empty()) REQUIRE(queue->add(std::vector{built()}, kNow));
    const auto late = kNow + Seconds(100000);
    CHECK(queue->claim_due(late, Seconds(1), 9, {})->size() == (steps >= 4 ? 1 : 2));
  }
}
