// cmd/cli_check.cc: check.
#include "cmd/cli_groups.h"

namespace strictmx {

namespace {

CommandBuilder::SetValue file_name(std::string& to) {
  return [&to](const std::string& value) {
    to = value;
    return value.empty() ? "a file name is needed" : "";
  };
}

}  // namespace

void CheckCommands::add(CommandBuilder top, Call& call) {
  top.command("check", "What every sender sees of a domain, and what is wrong with it.")
      .words("DOMAIN", check.domains, "Mail domains.", Need::optional)
      .option("-f", "FILE", file_name(check.file),
              "Read domains from FILE, one a line; - is stdin.")
      .option("--local-config", "FILE", file_name(check.plan),
              "Take what FILE plans for a domain instead of what is published.")
      .flag(
          "--quick", [this] { check.smtp = CheckCall::Smtp::quick; },
          "One connection for each address of an MX host, no more.")
      .flag(
          "--no-smtp", [this] { check.smtp = CheckCall::Smtp::off; }, "Do not connect to MX hosts.")
      .flag(
          "--facts", [this] { check.form = CheckCall::Form::facts; },
          "Print all that was seen as one line of JSON for each domain.")
      .config(ConfigScope::check, check.config)
      .run([this, &call] { call = check; });
}

}  // namespace strictmx
