// core/tls_result.h: what TLS reports count: sessions with one policy domain, under one policy,
// with their outcomes (RFC 8460 §4.2, §4.3, §4.4). Pure values; the same type is what is added to a
// day and what is read of it: sums of sessions. Limits: below, for every text that comes from a
// peer; bound() enforces them, so that a hostile MX or TXT record can neither grow the store nor
// bring control octets into a report. Not here: where they come from (service/collectd,
// service/policyd), where they are kept (store/day_store), the report itself (core/report/report).
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/domain.h"
#include "core/result_type.h"

namespace strictmx {

constexpr std::size_t kMaxPolicyTextBytes = 65536;  // all strings and patterns of one policy
constexpr std::size_t kMaxPolicyStrings = 1024;     // lines of a policy, or TLSA records
constexpr std::size_t kMaxPolicyMxHosts = 1024;     // mx patterns of a policy
constexpr std::size_t kMaxRecordBytes = 4096;       // text of a TLSRPT record
constexpr std::size_t kMaxHostBytes = 255;          // names and addresses of hosts
constexpr std::size_t kMaxReasonBytes = 256;        // failure-reason-code
constexpr std::size_t kMaxInformationBytes = 1024;  // additional-information, a URI
// I-JSON (RFC 7493 §2.2): no sum of sessions grows beyond.
constexpr std::uint64_t kMaxSessions = (std::uint64_t{1} << 53) - 1;

// A day of a report: 00:00 to 24:00 UTC (RFC 8460 §4.1).
using Day = std::chrono::sys_days;
Day day_of(WallTime when);
// "2026-11-24".
std::string format_day(Day day);
// That form and no other; years 1970 to 9999.
std::optional<Day> parse_day(std::string_view text);

// RFC 8460 §4.4, policy-type.
enum class PolicyType : std::uint8_t { tlsa, sts, no_policy_found };
std::string_view name_of(PolicyType type);  // the word of the report, with hyphens
std::optional<PolicyType> parse_policy_type(std::string_view word);

// The policy that was applied to sessions (RFC 8460 §4.4: policy-type, -string, -domain, mx-host).
struct ReportedPolicy {
  PolicyType type = PolicyType::no_policy_found;
  std::string domain;                 // sts, none: the policy domain; tlsa: the TLSA base domain
  std::vector<std::string> strings;   // lines of the policy, or one TLSA record each
  std::vector<std::string> mx_hosts;  // sts: its mx patterns
  bool operator==(const ReportedPolicy&) const = default;
};

struct StsPolicy;
// A policy as it was applied to its domain, within the limits below.
ReportedPolicy reported_sts_policy(const Domain& domain, const StsPolicy& policy);

// Why sessions failed (RFC 8460 §4.4, failure-details). Empty: not known, not to be written.
struct FailureDetails {
  ResultType type = ResultType::validation_failure;
  std::string sending_mta_ip;
  std::string receiving_mx_hostname;
  std::string receiving_mx_helo;  // the name alone, without reply code and greeting
  std::string receiving_ip;
  std::string additional_information;
  std::string reason_code;
  bool operator==(const FailureDetails&) const = default;
};

struct CountedFailure {
  FailureDetails details;
  std::uint64_t sessions = 0;  // failed-session-count
};

struct PolicyResults {
  ReportedPolicy policy;
  std::uint64_t successes = 0;  // total-successful-session-count
  std::uint64_t failures = 0;   // total-failure-session-count
  // The sum of their sessions may be over `failures`, and under it (RFC 8460 §4.3: types overlap).
  std::vector<CountedFailure> details;
};

// One policy domain on one day.
struct DomainResults {
  Day day;
  Domain domain;       // the TLSRPT policy domain: where the record of `_smtp._tls` is
  std::string record;  // the TLSRPT record as the MTA saw it last; empty: nobody told
  std::vector<PolicyResults> policies;
};

// Within the limits above, as one line of valid UTF-8 without control octets each: too long texts
// are cut at a character, too many lines left out; other octets become "?". Of an EHLO reply
// ("250-mx.example.com greets you", any number of lines) the name remains (RFC 5321 §4.1.1.1).
void bound(ReportedPolicy& policy);
void bound(FailureDetails& details);
std::string bounded_record(std::string_view record);

// What failures of a type are counted as when a day has too many different ones: the sum stays
// exact.
FailureDetails other_failure(ResultType type);
// The same for policies: nothing of it but the type.
ReportedPolicy other_policy(PolicyType type, const Domain& domain);

// The registered word; absent: none of RFC 8460 §4.3.
std::optional<ResultType> parse_result_type(std::string_view word);

}  // namespace strictmx
