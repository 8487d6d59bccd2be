// cmd/query.h: `strictmx query`: what an MTA would be told now, and why.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

// ExitCode::ok: the MTA is given a TLS policy; no: there is none; temporary: the mail has to wait.
CommandResult run_query_command(const QueryCall& call);

}  // namespace strictmx
