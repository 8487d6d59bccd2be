// cmd/import_config.h: `strictmx import-config FILE`: the configuration of another policy daemon,
// postfix-mta-sts-resolver (mta-sts-daemon.yml) or postfix-tlspol (config.yaml), as one for
// strictmx. What has no equivalent becomes a comment that says why, so that nothing is lost
// silently. Limit: 256 KiB.
#pragma once
#include <map>
#include <string>

#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

// Scalars of the file by their path: "server.address" -> "127.0.0.1:8642".
using ForeignKeys = std::map<std::string, std::string>;

// The TOML text. Errors: Errc::usage: it is no configuration of either program, or a value of it
// cannot be taken over.
Result<std::string> convert_config(const ForeignKeys& keys);

// Exit code 2 when the file is no YAML or of neither program.
CommandResult run_import_config(const ImportConfigCall& call);

}  // namespace strictmx
