#include "cmd/report/results_format.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr std::size_t kTextLimit = 4096;  // of a remote text on a terminal

Json number(std::uint64_t value) { return Json(static_cast<std::int64_t>(value)); }

std::string plain(std::string_view text) { return escape_remote(text, kTextLimit); }

// RFC 8460 §4.4: the names of the report.
Json json_of(const CountedFailure& failure) {
  Json::Object object{{"result-type", name_of(failure.details.type)}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) object.emplace_back(name, text);
  };
  add("sending-mta-ip", failure.details.sending_mta_ip);
  add("receiving-mx-hostname", failure.details.receiving_mx_hostname);
  add("receiving-mx-helo", failure.details.receiving_mx_helo);
  add("receiving-ip", failure.details.receiving_ip);
  object.emplace_back("failed-session-count", number(failure.sessions));
  add("additional-information", failure.details.additional_information);
  add("failure-reason-code", failure.details.reason_code);
  return Json(std::move(object));
}

Json json_of(const PolicyResults& results) {
  Json::Array failures;
  for (const auto& failure : results.details) failures.push_back(json_of(failure));
  return Json(Json::Object{
      {"policy", Json(Json::Object{{"policy-type", name_of(results.policy.type)},
                                   {"policy-string", Json::strings(results.policy.strings)},
                                   {"policy-domain", results.policy.domain},
                                   {"mx-host", Json::strings(results.policy.mx_hosts)}})},
      {"summary", Json(Json::Object{{"total-successful-session-count", number(results.successes)},
                                    {"total-failure-session-count", number(results.failures)}})},
      {"failure-details", Json(std::move(failures))}});
}

std::string text_of(const CountedFailure& failure) {
  std::string text = fmt::format("  {} {}", failure.sessions, name_of(failure.details.type));
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {}={}", name, plain(value));
  };
  add("mx", failure.details.receiving_mx_hostname);
  add("helo", failure.details.receiving_mx_helo);
  add("ip", failure.details.receiving_ip);
  add("from", failure.details.sending_mta_ip);
  add("reason", failure.details.reason_code);
  add("information", failure.details.additional_information);
  return text + "\n";
}

std::string text_of(const PolicyResults& results) {
  std::string text = fmt::format("{} {}: {} successful, {} failed\n", name_of(results.policy.type),
                                 plain(results.policy.domain), results.successes, results.failures);
  for (const auto& line : results.policy.strings) text += "  | " + plain(line) + "\n";
  for (const auto& failure : results.details) text += text_of(failure);
  return text;
}

}  // namespace

void SessionSums::add(const DomainResults& results) {
  ++domains;
  for (const auto& policy : results.policies) {
    successes += policy.successes;
    failures += policy.failures;
  }
}

void ResultsLister::add_day(Day day, const SessionSums& sums) {
  if (form_ == OutputForm::json) {
    json_.emplace_back(Json::Object{{"day", format_day(day)},
                                    {"domains", number(sums.domains)},
                                    {"successful", number(sums.successes)},
                                    {"failed", number(sums.failures)}});
    return;
  }
  text_ += fmt::format("{}: {} domains, {} sessions successful, {} failed\n", format_day(day),
                       sums.domains, sums.successes, sums.failures);
}

void ResultsLister::add_domain(const DomainResults& results) {
  SessionSums sums;
  sums.add(results);
  if (form_ == OutputForm::json) {
    json_.emplace_back(Json::Object{{"domain", results.domain.text()},
                                    {"successful", number(sums.successes)},
                                    {"failed", number(sums.failures)}});
    return;
  }
  text_ += fmt::format("{}: {} successful, {} failed\n", results.domain.text(), sums.successes,
                       sums.failures);
}

CommandResult ResultsLister::finish(const char* member) {
  CommandResult result;
  const bool none = json_.empty() && text_.empty();
  if (none) result.exit = ExitCode::no;
  result.out = std::exchange(text_, {});
  if (form_ == OutputForm::json) {
    result.out = Json(Json::Object{{member, Json(std::exchange(json_, {}))}}).dump() + "\n";
  }
  return result;
}

CommandResult format_results(const DomainResults& results, OutputForm form) {
  CommandResult result;
  if (form == OutputForm::json) {
    Json::Array policies;
    for (const auto& policy : results.policies) policies.push_back(json_of(policy));
    result.out = Json(Json::Object{{"day", format_day(results.day)},
                                   {"domain", results.domain.text()},
                                   {"record", results.record},
                                   {"policies", Json(std::move(policies))}})
                     .dump() +
                 "\n";
    return result;
  }
  result.out = fmt::format("{} on {}\nrecord: {}\n", results.domain.text(), format_day(results.day),
                           results.record.empty() ? "not told" : plain(results.record));
  for (const auto& policy : results.policies) result.out += text_of(policy);
  return result;
}

}  // namespace strictmx
