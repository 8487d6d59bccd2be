// core/report/report.h: one TLS report (RFC 8460 §4.4) as a value, sent or received. Pure.
// Types are text: the registry of result types may grow (RFC 8460 §4.3), and what others write is
// kept as it came. An empty text or list means that the member is absent.
// Not here: JSON (core/report/report_json, core/report/report_reader), packaging
// (wire/report_mail).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace strictmx {

// Failed sessions that are alike in everything (RFC 8460 §4.3).
struct ReportFailure {
  std::string result_type;
  std::string sending_mta_ip;
  std::string receiving_mx_hostname;
  std::string receiving_mx_helo;
  std::string receiving_ip;
  std::int64_t failed_session_count = 0;
  std::string additional_information;
  std::string failure_reason_code;

  bool operator==(const ReportFailure&) const = default;
};

// What happened under one policy. A session can appear under several policies, so counts of
// different ones are never added up (RFC 8460 §4.4).
struct ReportPolicy {
  std::string policy_type;  // "tlsa", "sts", "no-policy-found", or what another reporter says
  std::vector<std::string> policy_string;
  std::string policy_domain;
  std::vector<std::string> mx_host;  // patterns of an sts policy
  std::int64_t successful_sessions = 0;
  std::int64_t failed_sessions = 0;
  std::vector<ReportFailure> failures;  // their counts may exceed failed_sessions (RFC 8460 §4)

  bool operator==(const ReportPolicy&) const = default;
};

struct Report {
  std::string organization_name;
  WallTime begin{};  // first second
  WallTime end{};    // last second, not the one after it
  std::string contact_info;
  std::string report_id;
  std::vector<ReportPolicy> policies;

  bool operator==(const Report&) const = default;
};

}  // namespace strictmx
