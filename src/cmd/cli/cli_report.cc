// cmd/cli/cli_report.cc: the report commands.
#include "cmd/cli/cli_groups.h"

namespace strictmx {

void ReportCommands::add(CommandBuilder top, Call& call) {
  CommandBuilder group = top.group("report", "TLS reports (RFC 8460).");
  group.command("results", "TLS sessions and failures that were counted.")
      .word("DAY", results.day, "2026-11-24, today, yesterday; none: all days.", Need::optional)
      .word("DOMAIN", results.domain, "Policy domain; none: all of the day.", Need::optional)
      .json(results.form)
      .config_and_state(results.config)
      .run([this, &call] { call = results; });
  const auto file_action = [&](ReportFileAction what, const char* name, const char* help) {
    CommandBuilder made = group.command(name, help);
    made.word("FILE", file.file, "JSON, gzip, ZIP or a mail; - is standard input.")
        .json(file.form)
        .run([this, &call, what] {
          file.action = what;
          call = file;
        });
  };
  file_action(ReportFileAction::show, "show", "What a report says.");
  file_action(ReportFileAction::lint, "lint", "How a report departs from RFC 8460.");
  const auto out_action = [&](ReportOutAction what, const char* name, const char* help) {
    CommandBuilder made = group.command(name, help);
    made.config_and_state(out.config).run([this, &call, what] {
      out.action = what;
      call = out;
    });
    return made;
  };
  out_action(ReportOutAction::preview, "preview", "What would be reported of a day.")
      .word("DAY", out.day, "UTC, 2026-11-24.")
      .word("DOMAIN", out.domain, "Only about this policy domain.", Need::optional)
      .json(out.form);
  out_action(ReportOutAction::queue, "queue", "Reports made, and where they are.").json(out.form);
  out_action(ReportOutAction::send, "send", "Make and send the reports of a day.")
      .flag(
          "--now", [] {}, "Do not wait for the time of the service.", Need::required)
      .option(
          "--day", "DAY",
          [this](const std::string& word) {
            out.send_day = parse_day(word);
            return std::string(out.send_day ? "" : "is no day like 2026-11-24");
          },
          "UTC; default yesterday.");
  out_action(ReportOutAction::test, "test", "Send a report about the own domain.")
      .word("ADDRESS", out.address, "Where to.");
  group.command("dkim-key", "Make a key that signs reports, and print its TXT record.")
      .word("DOMAIN", key.domain, "The signing domain, that of report.from.")
      .word("FILE", key.file, "Where the private key goes; must not exist.")
      .option(
          "--selector", "LABEL",
          [this](const std::string& word) {
            key.selector = word;
            return std::string();
          },
          "Selector of the key; default tlsrpt.")
      .flag(
          "--ed25519", [this] { key.ed25519 = true; }, "An Ed25519 key instead of RSA (RFC 8463).")
      .run([this, &call] { call = key; });
}

}  // namespace strictmx
