// cmd/cli/cli_lint.cc: the lint commands.
#include "cmd/cli/cli_groups.h"

namespace strictmx {

void LintCommands::add(CommandBuilder top, Call& call) {
  CommandBuilder lint = top.group("lint", "Check given text as the daemon would read it.");
  lint.command("record", "The TXT records of _mta-sts.DOMAIN.")
      .words("TXT", record.records, "One argument for each TXT record.")
      .json(record.form)
      .run([this, &call] { call = record; });
  lint.command("tlsrpt", "The TXT records of _smtp._tls.DOMAIN.")
      .words("TXT", tlsrpt.records, "One argument for each TXT record.")
      .json(tlsrpt.form)
      .run([this, &call] { call = tlsrpt; });
  lint.command("policy", "A policy file.")
      .word("FILE", policy.file, "The file; - is standard input.")
      .json(policy.form)
      .run([this, &call] { call = policy; });
  lint.command("match", "Whether an MX host is named by mx patterns.")
      .word("HOST", match.host, "The MX host.")
      .words("PATTERN", match.patterns, "Patterns of the policy's mx lines.")
      .json(match.form)
      .run([this, &call] { call = match; });
}

}  // namespace strictmx
