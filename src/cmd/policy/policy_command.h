// cmd/policy/policy_command.h: `strictmx policy ...`: what is stored, with and without a daemon.
// All but import only read. JSON forms: docs/formats/command-json.md.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

CommandResult run_policy_command(const PolicyCall& call);

}  // namespace strictmx
