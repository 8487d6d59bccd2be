// cmd/serve.h: `strictmx serve`: the daemon in the foreground, logging to standard error.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

// Returns when the daemon was told to stop or could not start.
CommandResult run_serve_command(const ServeCall& call);

}  // namespace strictmx
