// cmd/cli_report.cc: the report commands.
#include "cmd/cli_groups.h"

namespace strictmx {

void ReportCommands::add(CommandBuilder top, Call& call) {
  CommandBuilder group = top.group("report", "TLS reports (RFC 8460).");
  group.command("results", "TLS sessions and failures that were counted.")
      .word("DAY", results.day, "2026-11-24, today, yesterday; none: all days.", Need::optional)
      .word("DOMAIN", results.domain, "Policy domain; none: all of the day.", Need::optional)
      .json(results.form)
      .config_and_state(results.config)
      .run([this, &call] { call = results; });
}

}  // namespace strictmx
