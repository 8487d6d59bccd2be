#include "core/tls_result.h"

#include <algorithm>

#include "base/text.h"
#include "core/sts_policy.h"

namespace strictmx {

namespace {

constexpr std::string_view kOtherReason = "other";

// The octets of a character that I-JSON and a terminal bear (RFC 7493 §2.1); 0 for others.
std::size_t clean_length(std::string_view text) {
  const std::size_t length = utf8_length(text);
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (length == 1) return octet(0) >= 0x20 && octet(0) != 0x7f ? 1 : 0;
  if (length == 2 && octet(0) == 0xc2 && octet(1) < 0xa0) return 0;  // C1 controls
  if (length < 3) return length;
  // Noncharacters: U+FDD0 to U+FDEF, and the last two of each plane.
  if (length == 3 && octet(0) == 0xef && octet(1) == 0xb7 && octet(2) >= 0x90 && octet(2) < 0xb0) {
    return 0;
  }
  const bool ends_plane = octet(length - 1) >= 0xbe && octet(length - 2) == 0xbf &&
                          (length == 3 ? octet(0) == 0xef : (octet(1) & 0x0f) == 0x0f);
  return ends_plane ? 0 : length;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

void clean(std::string& text, std::size_t limit) {
  if (text.size() <= limit && is_plain(text)) return;
  std::string cleaned;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    const std::size_t good = clean_length(rest);
    const std::size_t octets = good > 0 ? good : 1;
    if (cleaned.size() + octets > limit) break;
    if (good > 0) {
      cleaned += rest.substr(0, good);
    } else {
      cleaned += '?';
    }
    at += good > 0 ? good : std::max<std::size_t>(utf8_length(rest), 1);
  }
  text = std::move(cleaned);
}

// RFC 5321 §4.1.1.1: ehlo-ok-rsp is "250", a hyphen or a blank, the domain, and perhaps a greeting.
std::string_view name_of_greeting(std::string_view text) {
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const bool coded = line.size() >= 3 && is_digit(line[0]) && is_digit(line[1]) &&
                     is_digit(line[2]) && (line.size() == 3 || line[3] == '-' || line[3] == ' ');
  if (coded) line.remove_prefix(std::min<std::size_t>(line.size(), 4));
  return line.substr(0, line.find_first_of(" \t"));
}

void bound_list(std::vector<std::string>& list, std::size_t most, std::size_t& octets_left) {
  if (list.size() > most) list.resize(most);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (octets_left == 0) return list.resize(i);
    clean(list[i], octets_left);
    octets_left -= list[i].size();
  }
}

}  // namespace

Day day_of(WallTime when) { return std::chrono::floor<std::chrono::days>(when); }

std::string format_day(Day day) { return format_utc(WallTime{day}).substr(0, 10); }

std::optional<Day> parse_day(std::string_view text) {
  const auto midnight = parse_utc(std::string(text) + "T00:00:00Z");
  if (!midnight) return std::nullopt;
  return day_of(*midnight);
}

std::string_view name_of(PolicyType type) {
  switch (type) {
    case PolicyType::tlsa:
      return "tlsa";
    case PolicyType::sts:
      return "sts";
    case PolicyType::no_policy_found:
      return "no-policy-found";
  }
  return "no-policy-found";
}

std::optional<PolicyType> parse_policy_type(std::string_view word) {
  for (const auto type : {PolicyType::tlsa, PolicyType::sts, PolicyType::no_policy_found}) {
    if (name_of(type) == word) return type;
  }
  return std::nullopt;
}

std::optional<ResultType> parse_result_type(std::string_view word) {
  for (auto number = 0; number <= static_cast<int>(ResultType::sts_webpki_invalid); ++number) {
    const auto type = static_cast<ResultType>(number);
    if (name_of(type) == word) return type;
  }
  return std::nullopt;
}

ReportedPolicy reported_sts_policy(const Domain& domain, const StsPolicy& policy) {
  ReportedPolicy reported{PolicyType::sts, domain.text(), policy_lines(policy), {}};
  for (const auto& pattern : policy.mx) reported.mx_hosts.push_back(pattern.text());
  bound(reported);
  return reported;
}

void bound(ReportedPolicy& policy) {
  clean(policy.domain, kMaxHostBytes);
  std::size_t octets_left = kMaxPolicyTextBytes;
  bound_list(policy.strings, kMaxPolicyStrings, octets_left);
  bound_list(policy.mx_hosts, kMaxPolicyMxHosts, octets_left);
}

void bound(FailureDetails& details) {
  details.receiving_mx_helo = name_of_greeting(details.receiving_mx_helo);
  clean(details.sending_mta_ip, kMaxHostBytes);
  clean(details.receiving_mx_hostname, kMaxHostBytes);
  clean(details.receiving_mx_helo, kMaxHostBytes);
  clean(details.receiving_ip, kMaxHostBytes);
  clean(details.additional_information, kMaxInformationBytes);
  clean(details.reason_code, kMaxReasonBytes);
}

std::string bounded_record(std::string_view record) {
  std::string text(record.substr(0, kMaxRecordBytes * 2));
  clean(text, kMaxRecordBytes);
  return text;
}

FailureDetails other_failure(ResultType type) {
  FailureDetails details;
  details.type = type;
  details.reason_code = kOtherReason;
  return details;
}

ReportedPolicy other_policy(PolicyType type, const Domain& domain) {
  return ReportedPolicy{type, domain.text(), {}, {}};
}

}  // namespace strictmx
