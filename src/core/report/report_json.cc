#include "core/report/report_json.h"

#include <algorithm>

#include "base/text.h"

namespace strictmx {

namespace {

// RFC 7493 §2.1: U+FDD0 to U+FDEF and the last two code points of each plane.
bool is_noncharacter(std::string_view character) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 3 && octet(0) == 0xef) {
    if (octet(1) == 0xb7) return octet(2) >= 0x90 && octet(2) <= 0xaf;
    return octet(1) == 0xbf && octet(2) >= 0xbe;
  }
  return character.size() == 4 && (octet(1) & 0x0f) == 0x0f && octet(2) == 0xbf && octet(3) >= 0xbe;
}

std::string clean(std::string_view text) {
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(text, ascii)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, length);
    out += length == 0 || is_noncharacter(character) ? "\xef\xbf\xbd" : character;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

void add_text(Json::Object& object, const char* name, std::string_view text) {
  if (!text.empty()) object.emplace_back(name, clean(text));
}

void add_list(Json::Object& object, const char* name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  Json::Array array;
  for (const auto& text : list) array.emplace_back(clean(text));
  object.emplace_back(name, std::move(array));
}

Json failure_json(const ReportFailure& failure) {
  Json::Object object;
  add_text(object, "result-type", failure.result_type);
  add_text(object, "sending-mta-ip", failure.sending_mta_ip);
  add_text(object, "receiving-mx-hostname", failure.receiving_mx_hostname);
  add_text(object, "receiving-mx-helo", failure.receiving_mx_helo);
  add_text(object, "receiving-ip", failure.receiving_ip);
  object.emplace_back("failed-session-count", failure.failed_session_count);
  add_text(object, "additional-information", failure.additional_information);
  add_text(object, "failure-reason-code", failure.failure_reason_code);
  return object;
}

Json policy_json(const ReportPolicy& policy) {
  Json::Object about;
  add_text(about, "policy-type", policy.policy_type);
  add_list(about, "policy-string", policy.policy_string);
  add_text(about, "policy-domain", policy.policy_domain);
  add_list(about, "mx-host", policy.mx_host);  // RFC 8460 eid6241: an array
  Json::Object object;
  object.emplace_back("policy", std::move(about));
  object.emplace_back("summary",
                      Json::Object{{"total-successful-session-count", policy.successful_sessions},
                                   {"total-failure-session-count", policy.failed_sessions}});
  if (!policy.failures.empty()) {
    Json::Array failures;
    for (const auto& failure : policy.failures) failures.push_back(failure_json(failure));
    object.emplace_back("failure-details", std::move(failures));
  }
  return object;
}

}  // namespace

Json report_json(const Report& report) {
  Json::Object object;
  add_text(object, "organization-name", report.organization_name);
  // RFC 7493 §4.3: upper-case letters and seconds.
  object.emplace_back("date-range", Json::Object{{"start-datetime", format_utc(report.begin)},
                                                 {"end-datetime", format_utc(report.end)}});
  add_text(object, "contact-info", report.contact_info);
  add_text(object, "report-id", report.report_id);
  Json::Array policies;
  for (const auto& policy : report.policies) policies.push_back(policy_json(policy));
  object.emplace_back("policies", std::move(policies));
  return object;
}

std::string format_report(const Report& report) { return report_json(report).dump(); }

}  // namespace strictmx
