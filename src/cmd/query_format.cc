#include "cmd/query_format.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "core/exim_answer.h"
#include "core/mta_answer.h"
#include "core/sendmail_answer.h"

namespace strictmx {

namespace {

// A resolver's or server's words may be among ours; a terminal must not obey them.
std::string printable(const std::string& text) {
  constexpr std::size_t kLongest = 4096;
  return escape_remote(text, kLongest);
}

ExitCode exit_code_of(MtaStatus status) {
  switch (status) {
    case MtaStatus::ok:
      return ExitCode::ok;
    case MtaStatus::not_found:
      return ExitCode::no;
    case MtaStatus::temp:
      return ExitCode::temporary;
  }
  return ExitCode::temporary;
}

std::vector<std::string> pattern_texts(const StsPolicy& policy) {
  std::vector<std::string> texts;
  for (const auto& pattern : policy.mx) texts.push_back(pattern.text());
  return texts;
}

// RFC 8460 §4.4: which kind of policy the answer rests on.
std::string_view policy_type_of(const DomainVerdict& verdict) {
  if (verdict.rule == DomainRule::dane || verdict.rule == DomainRule::dane_some) return "tlsa";
  return verdict.policy ? "sts" : "no-policy-found";
}

Json hosts_json(const DomainVerdict& verdict) {
  Json::Array hosts;
  for (const auto& mx : verdict.hosts) {
    hosts.emplace_back(Json::Object{{"host", mx.host}, {"verdict", name_of(mx.verdict)}});
  }
  return hosts;
}

Json failure_json(const StsResult& sts) {
  if (!sts.failure) return {};
  return Json::Object{{"type", name_of(sts.failure->type)}, {"reason", sts.failure->reason}};
}

Json steps_json(const std::vector<Step>& steps) {
  Json::Array array;
  for (const auto& step : steps) {
    array.emplace_back(
        Json::Object{{"what", step.what}, {"outcome", step.outcome}, {"rule", step.rule}});
  }
  return array;
}

std::string format_json(const QueryCall& call, const QueryReport& report) {
  const auto* hop = std::get_if<NextHop>(&report.key);
  const auto& verdict = report.result.verdict;
  const auto& known = verdict.policy;
  const Json::Object answers{
      {"postfix", socketmap_payload(report.postfix)},
      {"postfix-tlsrpt", socketmap_payload(format_postfix_tlsrpt_answer(verdict))},
      {"sts", socketmap_payload(format_sendmail_answer(verdict))},
      {"exim", format_exim_answer(verdict)}};
  const Json::Object members{
      {"query", call.key},
      {"domain", hop != nullptr ? Json(hop->domain.text()) : Json()},
      {"policy_type", policy_type_of(verdict)},
      {"mode", known ? Json(name_of(known->policy.mode)) : Json()},
      {"mx", known ? Json::strings(pattern_texts(known->policy)) : Json(Json::Array{})},
      {"answer", answers},
      {"source", name_of(report.result.sts.source)},
      {"fetched_at", known ? Json(format_utc(known->fetched_at)) : Json()},
      {"expires_at", known ? Json(format_utc(known->expires_at())) : Json()},
      {"id", known ? Json(known->id) : Json()},
      {"rule", name_of(verdict.rule)},
      {"reason", verdict.reason},
      {"hosts", hosts_json(verdict)},
      {"failure", failure_json(report.result.sts)},
      {"steps", steps_json(report.result.steps)}};
  return Json(members).dump() + "\n";
}

std::string policy_lines(const QueryReport& report) {
  const auto& known = report.result.verdict.policy;
  if (!known) return {};
  return fmt::format(
      "policy:   mode {}, max_age {}, id {} ({})\n"
      "mx:       {}\n"
      "fetched:  {}, expires {}\n",
      name_of(known->policy.mode), known->policy.max_age.count(), escape_remote(known->id),
      name_of(report.result.sts.source), join(pattern_texts(known->policy), " "),
      format_utc(known->fetched_at), format_utc(known->expires_at()));
}

std::string step_lines(const std::vector<Step>& steps) {
  std::string lines;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& step = steps[i];
    lines += fmt::format("{}. {}: {}{}\n", i + 1, printable(step.what), printable(step.outcome),
                         step.rule.empty() ? "" : fmt::format(" [{}]", step.rule));
  }
  return lines;
}

std::string format_text(const QueryCall& call, const QueryReport& report) {
  const auto& verdict = report.result.verdict;
  std::string text = call.detail == Detail::steps ? step_lines(report.result.steps) : "";
  text += fmt::format("answer:   {}\n", trim_blanks(socketmap_payload(report.postfix)));
  text += fmt::format("rule:     {}\n", name_of(verdict.rule));
  text += fmt::format("reason:   {}\n", printable(verdict.reason));
  text += policy_lines(report);
  for (const auto& mx : verdict.hosts) {
    text += fmt::format("host:     {} {}\n", escape_remote(mx.host), name_of(mx.verdict));
  }
  return text;
}

}  // namespace

CommandResult format_query(const QueryCall& call, const QueryReport& report) {
  return {exit_code_of(report.postfix.status),
          call.form == OutputForm::json ? format_json(call, report) : format_text(call, report),
          ""};
}

}  // namespace strictmx
