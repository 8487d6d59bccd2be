// cmd/cli/cli_services.cc: serve and query, and the commands on configuration.
#include "cmd/cli/cli_groups.h"

namespace strictmx {

void ServiceCommands::add(CommandBuilder top, Call& call) {
  top.command("serve", "Answer MTAs until SIGTERM.")
      .config(ConfigScope::serve, serve.config)
      .run([this, &call] { call = serve; });
  top.command("query", "What an MTA would be told now, and why.")
      .word("DOMAIN", query.key, "Next-hop domain as the MTA has it.")
      .json(query.form)
      .flag(
          "--explain", [this] { query.detail = Detail::steps; },
          "Print each step with the rule it follows.")
      .config(ConfigScope::serve_and_query, query.config)
      .run([this, &call] { call = query; });
}

void ConfigCommands::add(CommandBuilder top, Call& call) {
  top.command("check-config", "Check a configuration file.")
      .word("FILE", check.file, "The file; without it the one that serve reads.", Need::optional)
      .run([this, &call] { call = check; });
  top.command("import-config", "Convert the configuration of another policy daemon.")
      .word("FILE", import.file,
            "Of postfix-mta-sts-resolver or postfix-tlspol (YAML); - is standard input.")
      .run([this, &call] { call = import; });
  top.command("config", "Print configuration.")
      .flag(
          "--defaults", [&call] { call = ShowDefaultsCall{}; },
          "Print a configuration file with every key at its default.", Need::required);
}

}  // namespace strictmx
