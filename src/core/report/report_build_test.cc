#include "core/report/report_build.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/report/report_json.h"
#include "core/report/report_reader.h"

using namespace strictmx;

namespace {

const Reporter kWho{"Sender Example", *MailAddress::parse("tlsrpt@sender.example")};

PolicyResults sts_results(std::size_t failures) {
  PolicyResults results;
  results.policy = {PolicyType::sts, "example.net", {"version: STSv1"}, {"mx.example.net"}};
  results.successes = 10;
  results.failures = failures;
  for (std::size_t i = 0; i < failures; ++i) {
    CountedFailure failure;
    failure.details.type = ResultType::certificate_expired;
    failure.details.receiving_ip = fmt::format("192.0.2.{}", i);
    failure.sessions = i + 1;
    results.details.push_back(failure);
  }
  return results;
}

DomainResults day_with(std::vector<PolicyResults> policies) {
  return {*parse_day("2026-11-24"), *Domain::parse("example.net"), "", std::move(policies)};
}

struct Sums {
  std::int64_t good = 0;
  std::int64_t failed = 0;
  std::int64_t details = 0;
  bool operator==(const Sums&) const = default;
};

Sums sums(const std::vector<Report>& reports) {
  Sums all;
  for (const auto& report : reports) {
    for (const auto& policy : report.policies) {
      all.good += policy.successful_sessions;
      all.failed += policy.failed_sessions;
      for (const auto& failure : policy.failures) all.details += failure.failed_session_count;
    }
  }
  return all;
}

}  // namespace

TEST_CASE("a day becomes one report that the strict reader takes (RPT-T01, RPT-C05)") {
  auto none = sts_results(0);
  none.policy = {PolicyType::no_policy_found, "example.net", {}, {}};
  const auto reports = build_reports(day_with({sts_results(3), none}), kWho, 1);
  REQUIRE(reports.size() == 1);
  const auto& report = reports[0];
  CHECK(report.report_id == "20261124.1.example.net@sender.example");
  CHECK(report.contact_info == "tlsrpt@sender.example");
  CHECK(format_utc(report.begin) == "2026-11-24T00:00:00Z");
  CHECK(format_utc(report.end) == "2026-11-24T23:59:59Z");
  REQUIRE(report.policies.size() == 2);
  CHECK(report.policies[0].mx_host == std::vector<std::string>{"mx.example.net"});
  CHECK(sums(reports) == Sums{20, 3, 6});
  const auto read = read_strict_report(format_report(report));
  REQUIRE(read.has_value());
  CHECK(*read == report);
}

TEST_CASE("no session, no report (RPT-C08); successes alone are reported") {
  CHECK(build_reports(day_with({}), kWho, 1).empty());
  auto nothing = sts_results(0);
  nothing.successes = 0;
  CHECK(build_reports(day_with({nothing}), kWho, 1).empty());
  CHECK(build_reports(day_with({sts_results(0)}), kWho, 1).size() == 1);
}

TEST_CASE("a report that would be too large is split, sums stay exact (RPT-T03)") {
  const auto results = day_with({sts_results(50), sts_results(7)});
  const auto whole = build_reports(results, kWho, 1);
  const auto parts = build_reports(results, kWho, 4, 3000);
  CHECK(whole.size() == 1);
  REQUIRE(parts.size() > 5);
  CHECK(sums(parts) == sums(whole));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].report_id == fmt::format("20261124.{}.example.net@sender.example", i + 4));
    CHECK(format_report(parts[i]).size() < 4000);
    CHECK(read_strict_report(format_report(parts[i])).has_value());
  }
  CHECK(build_reports(results, kWho, 1, 1).size() == 57);
}

TEST_CASE("what a peer may have made of addresses and domains does not spoil the report") {
  auto results = sts_results(1);
  results.policy.domain = "not a domain";
  results.details[0].details.sending_mta_ip = "unknown";
  results.details[0].details.receiving_ip = "x";
  results.policy.strings = {"mx: a; b", "mode: enforce"};
  const auto reports = build_reports(day_with({results}), kWho, 1);
  CHECK(reports[0].policies[0].policy_domain == "example.net");
  CHECK(reports[0].policies[0].failures[0].sending_mta_ip.empty());
  CHECK(read_strict_report(format_report(reports[0])).has_value());
}

TEST_CASE("mx patterns belong to sts policies alone") {
  auto tlsa = sts_results(0);
  tlsa.policy.type = PolicyType::tlsa;
  CHECK(build_reports(day_with({tlsa}), kWho, 1)[0].policies[0].mx_host.empty());
}

TEST_CASE("sessions are those of the policy that saw the most (RPT-C05)") {
  CHECK(count_sessions(day_with({sts_results(3), sts_results(5)})) == 15);
  CHECK(count_sessions(day_with({})) == 0);
}
