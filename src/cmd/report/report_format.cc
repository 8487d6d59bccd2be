#include "cmd/report/report_format.h"

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {

namespace {

std::string or_unknown(const std::string& text) {
  return text.empty() ? "(unknown)" : escape_remote(text, 200);
}

std::string format_failure(const ReportFailure& failure) {
  std::string line =
      fmt::format("    {} {}", failure.failed_session_count, or_unknown(failure.result_type));
  const auto add = [&](std::string_view before, const std::string& text) {
    if (!text.empty()) line += fmt::format("{}{}", before, escape_remote(text, 200));
  };
  add(" at ", failure.receiving_mx_hostname);
  add(" address ", failure.receiving_ip);
  add(" helo ", failure.receiving_mx_helo);
  add(" from ", failure.sending_mta_ip);
  add(", reason: ", failure.failure_reason_code);
  add(", more: ", failure.additional_information);
  return line + "\n";
}

std::string format_policy(const ReportPolicy& policy) {
  auto text = fmt::format("policy {} of {}: {} sessions good, {} failed\n",
                          or_unknown(policy.policy_type), or_unknown(policy.policy_domain),
                          policy.successful_sessions, policy.failed_sessions);
  for (const auto& line : policy.policy_string) {
    text += fmt::format("    | {}\n", escape_remote(line, 200));
  }
  for (const auto& host : policy.mx_host) {
    text += fmt::format("    mx {}\n", escape_remote(host, 200));
  }
  for (const auto& failure : policy.failures) text += format_failure(failure);
  return text;
}

}  // namespace

std::string format_report_text(const Report& report) {
  auto text =
      fmt::format("report {}\nfrom {}, contact {}\n{} to {}\n", or_unknown(report.report_id),
                  or_unknown(report.organization_name), or_unknown(report.contact_info),
                  format_utc(report.begin), format_utc(report.end));
  for (const auto& policy : report.policies) text += format_policy(policy);
  return text;
}

}  // namespace strictmx
