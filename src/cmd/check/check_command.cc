#include "cmd/check/check_command.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "cmd/check/check_catalogue.h"
#include "cmd/check/check_html.h"
#include "cmd/check/check_json.h"
#include "cmd/check/check_junit.h"
#include "cmd/check/check_options.h"
#include "cmd/check/check_plan.h"
#include "cmd/check/check_progress.h"
#include "cmd/check/check_report.h"
#include "cmd/check/check_sarif.h"
#include "cmd/config/read_file.h"
#include "cmd/terminal.h"
#include "core/check/check_facts_json.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxDomains = 1000;
constexpr std::size_t kMaxFile = 1 << 20;

Result<void> add_domain(std::string_view text, CheckRequests& requests) {
  auto domain = Domain::parse(text);
  if (!domain)
    return fail(Errc::usage, fmt::format("{}: {}", escape_remote(text), domain.error().detail));
  if (requests.size() == kMaxDomains)
    return fail(Errc::usage, fmt::format("more than {} domains", kMaxDomains));
  requests.emplace_back(std::move(*domain));
  return {};
}

// One domain a line; blank lines and what follows "#" are left out.
Result<void> add_file(const std::string& name, CheckRequests& requests) {
  const auto text = name == "-" ? read_standard_input(kMaxFile) : read_file(name, kMaxFile);
  if (!text) return std::unexpected(text.error());
  for (auto line : split(*text, '\n')) {
    line = line.substr(0, line.find('#'));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    line = trim_blanks(line);
    if (line.empty()) continue;
    if (auto added = add_domain(line, requests); !added) return added;
  }
  return {};
}

Result<CheckRequests> read_requests(const CheckCall& call) {
  CheckRequests requests;
  if (!call.plan.empty()) {
    auto plan = read_check_plan(call.plan);
    if (!plan) return std::unexpected(plan.error());
    requests.push_back(std::move(*plan));
  }
  for (const auto& name : call.domains) {
    if (auto added = add_domain(name, requests); !added) return std::unexpected(added.error());
  }
  if (!call.file.empty()) {
    if (auto added = add_file(call.file, requests); !added) return std::unexpected(added.error());
  }
  if (requests.empty()) return fail(Errc::usage, "check: a domain is needed");
  return requests;
}

// Findings of a check are exit codes 1 to 3; what could not even begin is a wrong call.
CommandResult refuse(CommandResult result) {
  result.exit = ExitCode::check_usage;
  return result;
}

ProgressForm progress_of(const CheckCall& call, const TerminalFacts& terminal, std::size_t count) {
  if (call.progress == CheckCall::Progress::always)
    return terminal.err_is_terminal ? ProgressForm::terminal : ProgressForm::lines;
  return terminal.err_is_terminal && count > 1 ? ProgressForm::terminal : ProgressForm::none;
}

CommandResult explain(const std::string& id, const TextStyle& style) {
  if (const auto* const kind = find_kind(id); kind != nullptr)
    return {ExitCode::ok, format_finding_page(*kind, style), ""};
  auto refused = refuse_call(fmt::format("no finding has the id {}", escape_remote(id)));
  std::vector<std::string> nearest;
  for (const auto name : nearest_finding_ids(id)) nearest.emplace_back(name);
  if (!nearest.empty()) refused.err += fmt::format("nearest: {}\n", join(nearest, ", "));
  return refuse(refused);
}

std::string print_all(const CheckCall& call, CheckCall::Form form,
                      const std::vector<DomainReport>& reports, const TextStyle& style) {
  switch (form) {
    case CheckCall::Form::text:
      return format_check_text(reports, style, call.shown);
    case CheckCall::Form::json:
      return format_check_json(reports);
    case CheckCall::Form::jsonl: {
      std::string lines;
      for (const auto& report : reports) lines += format_check_jsonl(report);
      return lines;
    }
    case CheckCall::Form::junit:
      return format_check_junit(reports);
    case CheckCall::Form::sarif:
      return format_check_sarif(reports);
    case CheckCall::Form::html:
      return format_check_html(reports);
    case CheckCall::Form::facts:
    case CheckCall::Form::catalogue:
      break;
  }
  return {};
}

CommandResult print_facts(const CheckOptions& options, CheckRequests requests,
                          CheckProgress& progress) {
  std::vector<std::string> lines(requests.size());
  const auto keep = [&](std::size_t index, const CheckFacts& facts) {
    lines[index] = facts_json(facts).dump() + '\n';
    progress.done(facts.domain.text());
  };
  const auto done = run_checks(options, std::move(requests), keep);
  if (!done) return refuse(give_up(done.error()));
  return {ExitCode::ok, join(lines, ""), ""};
}

// Checks the domains and prints what was found.
CommandResult report(const CheckCall& call, CheckCall::Form form, const TerminalFacts& terminal) {
  Config config;
  if (const auto problems = load_config(call.config, config); !problems.empty())
    return refuse(refuse_config(problems));
  auto requests = read_requests(call);
  if (!requests) return refuse(give_up(requests.error()));
  CheckProgress progress(progress_of(call, terminal, requests->size()), requests->size());
  const auto options = make_check_options(config, call, read_surroundings());
  if (form == CheckCall::Form::facts) return print_facts(options, std::move(*requests), progress);
  std::vector<DomainReport> reports(requests->size());
  const auto keep = [&](std::size_t index, const CheckFacts& facts) {
    auto& entry = reports[index] = make_domain_report(facts, call.from);
    progress.done(fmt::format("{} {}", entry.domain, name_of(entry.outcome)));
  };
  const auto done = run_checks(options, std::move(*requests), keep);
  if (!done) return refuse(give_up(done.error()));
  const auto exit = static_cast<ExitCode>(exit_code_of(outcome_of(reports)));
  return {exit, print_all(call, form, reports, choose_style(call.wish, terminal)), ""};
}

}  // namespace

CommandResult run_check_command(const CheckCall& call) {
  if (call.forms.size() > 1) return refuse(refuse_call("check: one form of output at a time"));
  const auto form = call.forms.empty() ? CheckCall::Form::text : call.forms.front();
  if (form == CheckCall::Form::catalogue) return {ExitCode::ok, format_catalogue(), ""};
  const auto terminal = look_at_terminal();
  if (call.about) return explain(*call.about, choose_style(call.wish, terminal));
  return report(call, form, terminal);
}

}  // namespace strictmx
