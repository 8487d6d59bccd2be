#include "core/report/report_build.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/ip_address.h"

namespace strictmx {

namespace {

constexpr std::size_t kObjectBytes = 400;  // names and punctuation of one policy or failure

std::size_t size_of(const ReportFailure& failure) {
  return kObjectBytes + failure.sending_mta_ip.size() + failure.receiving_mx_hostname.size() +
         failure.receiving_mx_helo.size() + failure.receiving_ip.size() +
         failure.additional_information.size() + failure.failure_reason_code.size();
}

std::size_t size_of(const ReportPolicy& policy) {
  std::size_t size = kObjectBytes + policy.policy_domain.size();
  for (const auto& line : policy.policy_string) size += line.size() + 3;
  for (const auto& host : policy.mx_host) size += host.size() + 3;
  return size;
}

std::int64_t count(std::uint64_t sessions) {  // RFC 7493 §2.2
  return static_cast<std::int64_t>(std::min(sessions, kMaxSessions));
}

ReportFailure make_failure(const CountedFailure& counted) {
  const auto& details = counted.details;
  const auto address = [](const std::string& text) {
    return IpAddress::parse(text) ? text : std::string();
  };
  ReportFailure failure;
  failure.result_type = name_of(details.type);
  failure.sending_mta_ip = address(details.sending_mta_ip);
  failure.receiving_mx_hostname = details.receiving_mx_hostname;
  failure.receiving_mx_helo = details.receiving_mx_helo;
  failure.receiving_ip = address(details.receiving_ip);
  failure.failed_session_count = count(counted.sessions);
  failure.additional_information = details.additional_information;
  failure.failure_reason_code = details.reason_code;
  return failure;
}

// What a policy is, with its totals, without failures.
ReportPolicy make_policy(const PolicyResults& results, const Domain& domain) {
  ReportPolicy policy;
  policy.policy_type = name_of(results.policy.type);
  policy.policy_string = results.policy.strings;
  const auto named = Domain::parse(results.policy.domain);
  policy.policy_domain = named ? named->text() : domain.text();
  if (results.policy.type == PolicyType::sts) policy.mx_host = results.policy.mx_hosts;
  policy.successful_sessions = count(results.successes);
  policy.failed_sessions = count(results.failures);
  return policy;
}

// Fills reports one after another.
class Filler {
 public:
  Filler(const Domain& domain, std::size_t max_bytes) : domain_(domain), max_(max_bytes) {}

  void add(const PolicyResults& results) {
    auto policy = make_policy(results, domain_);
    const auto policy_size = size_of(policy);
    make_room(policy_size);
    for (const auto& counted : results.details) {
      auto failure = make_failure(counted);
      const auto size = size_of(failure);
      if (used_ + policy_size + size > max_ && !policy.failures.empty()) {
        parts_.back().push_back(policy);
        start_part();
        policy.failures.clear();
        policy.successful_sessions = 0;  // each total stands once
        policy.failed_sessions = 0;
      }
      used_ += size;
      policy.failures.push_back(std::move(failure));
    }
    used_ += policy_size;
    parts_.back().push_back(std::move(policy));
  }

  std::vector<std::vector<ReportPolicy>> take() { return std::move(parts_); }

 private:
  void make_room(std::size_t size) {
    if (parts_.empty() || (used_ + size > max_ && !parts_.back().empty())) start_part();
  }
  void start_part() {
    parts_.emplace_back();
    used_ = 0;
  }

  const Domain& domain_;
  std::size_t max_;
  std::size_t used_ = 0;
  std::vector<std::vector<ReportPolicy>> parts_;
};

bool has_anything(const PolicyResults& results) {
  return results.successes > 0 || results.failures > 0 || !results.details.empty();
}

}  // namespace

std::string format_report_id(Day day, unsigned number, const Domain& domain,
                             const Domain& submitter) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}{:02}{:02}.{}.{}@{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), number,
                     domain.text(), submitter.text());
}

std::uint64_t count_sessions(const DomainResults& results) {
  std::uint64_t most = 0;
  for (const auto& policy : results.policies) {
    most = std::max(most, policy.successes + policy.failures);
  }
  return most;
}

std::vector<Report> build_reports(const DomainResults& results, const Reporter& who,
                                  unsigned first_number, std::size_t max_bytes) {
  if (std::ranges::none_of(results.policies, has_anything)) return {};  // RPT-C08
  Filler filler(results.domain, max_bytes);
  for (const auto& policy : results.policies) filler.add(policy);
  std::vector<Report> reports;
  for (auto& policies : filler.take()) {
    Report report;
    report.organization_name = who.organization;
    report.begin = results.day;
    report.end = results.day + std::chrono::days(1) - Seconds(1);  // RPT-T01
    report.contact_info = who.contact.text();
    report.report_id =
        format_report_id(results.day, first_number + static_cast<unsigned>(reports.size()),
                         results.domain, who.contact.domain());
    report.policies = std::move(policies);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace strictmx
