// A day of TLS sessions becomes reports: how much CPU time and memory that takes.
// Usage: bench_reports DIR DOMAINS EVENTS. DIR must be empty. Sessions spread evenly over the
// domains; a third each without policy, with sts, with tlsa; one in twenty fails.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "service/reportd/day_builder.h"

namespace {

using namespace strictmx;

class ErrorLog : public Log {
 public:
  bool enabled(LogLevel level) const override { return level == LogLevel::error; }
  void write(LogLevel, std::string_view event, std::span<const LogField> fields) override {
    std::fprintf(stderr, "%s\n", format_log_line(event, fields).c_str());
  }
};

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

DomainResults make_results(Day day, int number, std::uint64_t events) {
  const auto name = "d" + std::to_string(number) + ".customer.example";
  DomainResults results{day, *Domain::parse(name), "v=TLSRPTv1; rua=mailto:tls@" + name, {}};
  PolicyResults policy;
  policy.policy.domain = name;
  if (number % 3 == 1) {
    policy.policy.type = PolicyType::sts;
    policy.policy.mx_hosts = {"mx1." + name};
    policy.policy.strings = {"version: STSv1", "mode: enforce", "mx: mx1." + name,
                             "max_age: 1209600"};
  } else if (number % 3 == 2) {
    policy.policy.type = PolicyType::tlsa;
    policy.policy.domain = "mx1." + name;
    policy.policy.strings = {"3 1 1 " + std::string(64, 'a')};
  }
  policy.failures = events / 20;
  policy.successes = events - policy.failures;
  for (int i = 0; i < 2 && policy.failures > 0; ++i) {
    CountedFailure failure;
    failure.details.type =
        i == 0 ? ResultType::certificate_expired : ResultType::starttls_not_supported;
    failure.details.sending_mta_ip = "192.0.2.1";
    failure.details.receiving_mx_hostname = "mx1." + name;
    failure.details.receiving_ip = "198.51.100." + std::to_string(number % 250);
    failure.sessions = i == 0 ? policy.failures - policy.failures / 2 : policy.failures / 2;
    policy.details.push_back(failure);
  }
  results.policies.push_back(policy);
  return results;
}

template <class T>
T need(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "bench_reports: %s\n", result.error().detail.c_str());
  std::exit(1);
}

void fill(DayStore& days, Day day, int domains, std::uint64_t events) {
  const auto count = static_cast<std::uint64_t>(domains);
  std::vector<DomainResults> batch;
  for (int i = 0; i < domains; ++i) {
    const auto share = events / count + (static_cast<std::uint64_t>(i) < events % count ? 1 : 0);
    batch.push_back(make_results(day, i, share));
    if (batch.size() < 2000 && i + 1 < domains) continue;
    need(days.add(batch));
    batch.clear();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bench_reports DIR DOMAINS EVENTS\n", stderr);
    return 2;
  }
  ErrorLog log;
  const Day day = *parse_day("2026-11-24");
  const WallTime now = day + std::chrono::days(1) + Seconds(300);
  const auto days = need(DayStore::open(argv[1], StoreAccess::read_write, log));
  const auto queue = need(ReportQueue::open(argv[1], StoreAccess::read_write, log));
  fill(*days, day, std::atoi(argv[2]), std::strtoull(argv[3], nullptr, 10));
  ReportdOptions options{.state = argv[1],
                         .who = {"Bench", *MailAddress::parse("tls@sender.example")},
                         .dkim = {},
                         .routes = {},
                         .sender = {},
                         .dns = {}};
  DayBuilder builder(*days, *queue, options, log);
  const double before = cpu_seconds();
  std::size_t reports = 0;
  const auto open = need(builder.open_domains(day));
  for (std::size_t at = 0; at < open.size(); at += 500) {
    const auto group = std::span(open).subspan(at, std::min<std::size_t>(500, open.size() - at));
    reports += need(builder.build(day, group, {}, BuiltDomain::Extent::whole_day, now)).reports;
  }
  const double spent = cpu_seconds() - before;
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  std::printf("%zu reports, %.3f CPU s (%.0f us each), %.1f MB resident at most\n", reports, spent,
              spent * 1e6 / static_cast<double>(reports),
              static_cast<double>(use.ru_maxrss) / 1024);
}
