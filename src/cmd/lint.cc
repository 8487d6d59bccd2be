#include "cmd/lint.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cmd/config/read_file.h"
#include "core/domain.h"
#include "core/lint.h"
#include "core/mx_pattern.h"
#include "core/tlsrpt_record.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxInputBytes = 1
                                       << 24;  // policies over 65536 octets are for core to refuse

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string warning_lines(const std::vector<std::string>& warnings) {
  std::string lines;
  for (const auto& warning : warnings) {
    const bool labelled = warning.starts_with("error: ") || warning.starts_with("note: ");
    lines += fmt::format("{}{}\n", labelled ? "" : "warning: ", warning);
  }
  return lines;
}

CommandResult answer(bool yes, std::string out) {
  return {yes ? ExitCode::ok : ExitCode::no, std::move(out), ""};
}

std::string json_line(Json::Object members) { return Json(std::move(members)).dump() + "\n"; }

}  // namespace

CommandResult run_lint_record(const LintRecordCall& call) {
  const auto lint = lint_record(call.records);
  if (call.form == OutputForm::json) {
    return answer(lint.valid, json_line({{"valid", lint.valid},
                                         {"id", text_or_null(lint.id)},
                                         {"error", text_or_null(lint.error)},
                                         {"warnings", Json::strings(lint.warnings)}}));
  }
  const auto head = lint.valid ? fmt::format("valid: id {}\n", lint.id)
                               : fmt::format("invalid: {}\n", lint.error);
  return answer(lint.valid, head + warning_lines(lint.warnings));
}

CommandResult run_lint_tlsrpt(const LintTlsrptCall& call) {
  const auto lint = lint_tlsrpt_record(call.records);
  if (call.form == OutputForm::json) {
    return answer(lint.valid, json_line({{"valid", lint.valid},
                                         {"rua", Json::strings(lint.rua)},
                                         {"error", text_or_null(lint.error)},
                                         {"warnings", Json::strings(lint.warnings)}}));
  }
  std::string text = lint.valid ? "valid\n" : fmt::format("invalid: {}\n", lint.error);
  for (const auto& uri : lint.rua) text += fmt::format("rua: {}\n", uri);
  return answer(lint.valid, text + warning_lines(lint.warnings));
}

CommandResult lint_policy_text(std::string_view body, OutputForm form) {
  const auto lint = lint_policy(body);
  if (form == OutputForm::json) {
    return answer(lint.valid, json_line({{"valid", lint.valid},
                                         {"mode", text_or_null(lint.mode)},
                                         {"max_age", lint.max_age ? Json(*lint.max_age) : Json()},
                                         {"mx", Json::strings(lint.mx)},
                                         {"error", text_or_null(lint.error)},
                                         {"warnings", Json::strings(lint.warnings)}}));
  }
  std::string text =
      lint.valid ? fmt::format("valid: mode {}, max_age {}\n", lint.mode, lint.max_age.value_or(0))
                 : fmt::format("invalid: {}\n", lint.error);
  for (const auto& pattern : lint.mx) text += fmt::format("mx: {}\n", pattern);
  return answer(lint.valid, text + warning_lines(lint.warnings));
}

CommandResult run_lint_policy(const LintPolicyCall& call) {
  const auto body =
      call.file == "-" ? read_standard_input(kMaxInputBytes) : read_file(call.file, kMaxInputBytes);
  if (!body) return refuse_call(body.error().detail);
  return lint_policy_text(*body, call.form);
}

CommandResult run_lint_match(const LintMatchCall& call) {
  std::string notes;
  std::string named_by;
  const auto host = Domain::parse(call.host);
  if (!host) notes += fmt::format("host {}: {}\n", escape_remote(call.host), host.error().detail);
  for (const auto& text : call.patterns) {
    const auto pattern = MxPattern::parse(text);
    if (!pattern) {
      notes += fmt::format("pattern {}: {}\n", escape_remote(text), pattern.error().detail);
    } else if (host && named_by.empty() && pattern->matches(*host)) {
      named_by = pattern->text();
    }
  }
  const bool match = !named_by.empty();
  auto result = answer(match, call.form == OutputForm::json ? json_line({{"match", match}})
                              : match ? fmt::format("match: named by {}\n", named_by)
                                      : "no match\n");
  result.err = std::move(notes);
  return result;
}

}  // namespace strictmx
