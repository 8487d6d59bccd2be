// cmd/cli/cli_check.cc: check.
#include "cmd/cli/cli_groups.h"

namespace strictmx {

namespace {

using Form = CheckCall::Form;

constexpr const char* kExitCodes =
    "Exit: 0 good, 1 warnings, 2 broken (errors or critical findings), 3 could not tell,\n"
    "64 wrong call. Of several domains the worst counts; 3 only if nothing is worse.\n"
    "docs/check.md tells how to read a report, docs/findings.md lists all findings.";

CommandBuilder::SetValue file_name(std::string& to) {
  return [&to](const std::string& value) {
    to = value;
    return value.empty() ? "a file name is needed" : "";
  };
}

CommandBuilder::SetValue colour(TextWish& wish) {
  return [&wish](const std::string& value) -> std::string {
    if (value == "auto") {
      wish.colour = Colour::automatic;
    } else if (value == "always") {
      wish.colour = Colour::always;
    } else if (value == "never") {
      wish.colour = Colour::never;
    } else {
      return "must be auto, always or never";
    }
    return "";
  };
}

CommandBuilder::SetValue profile(std::optional<SenderProfile>& from) {
  return [&from](const std::string& value) {
    from = find_sender_profile(value);
    return from ? "" : "must be strict, gmail, postfix or exchange";
  };
}

void add_forms(CommandBuilder& command, CheckCall& check) {
  const auto form = [&](const char* name, Form what, const char* help) {
    command.flag(name, [&check, what] { check.forms.push_back(what); }, help);
  };
  form("--json", Form::json, "Print one JSON document (docs/formats/check-report.md).");
  form("--jsonl", Form::jsonl, "Print one JSON object on one line for each domain.");
  form("--junit", Form::junit, "Print JUnit XML, for test runners.");
  form("--sarif", Form::sarif, "Print SARIF 2.1.0, for code hosts and dashboards.");
  form("--html", Form::html, "Print one HTML file, complete in itself.");
  form("--facts", Form::facts,
       "Print all that was seen as one line of JSON for each domain, without judging it.");
  form("--catalogue", Form::catalogue, "Print the page of all findings in Markdown, and stop.");
}

void add_looks(CommandBuilder& command, CheckCall& check) {
  command.flag(
             "--all", [&check] { check.shown = Shown::all; }, "Show findings of severity info.")
      .option("--color", "WHEN", colour(check.wish),
              "auto (the default), always, never. NO_COLOR is heeded.")
      .flag(
          "--ascii", [&check] { check.wish.ascii = true; }, "No marks outside of ASCII.")
      .flag(
          "--progress", [&check] { check.progress = CheckCall::Progress::always; },
          "Tell on standard error how far it is, even if that is no terminal.");
}

}  // namespace

void CheckCommands::add(CommandBuilder top, Call& call) {
  auto command =
      top.command("check", "What every sender sees of a domain, and what is wrong with it.");
  command.words("DOMAIN", check.domains, "Mail domains.", Need::optional)
      .option("-f", "FILE", file_name(check.file),
              "Read domains from FILE, one a line; - is stdin.")
      .option("--local-config", "FILE", file_name(check.plan),
              "Take what FILE plans for a domain instead of what is published.")
      .flag(
          "--quick", [this] { check.smtp = CheckCall::Smtp::quick; },
          "One connection for each address of an MX host, no more.")
      .flag(
          "--no-smtp", [this] { check.smtp = CheckCall::Smtp::off; }, "Do not connect to MX hosts.")
      .option(
          "--explain", "ID",
          [this](const std::string& value) {
            check.about = value;
            return "";
          },
          "Explain a finding, and stop.")
      .option("--from", "SENDER", profile(check.from),
              "Tell how mail from this sender differs: strict, gmail, postfix, exchange.");
  add_forms(command, check);
  add_looks(command, check);
  command.config(ConfigScope::check, check.config).footer(kExitCodes).run([this, &call] {
    call = check;
  });
}

}  // namespace strictmx
