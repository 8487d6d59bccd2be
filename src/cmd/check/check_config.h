// cmd/check/check_config.h: `strictmx check-config`.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

// ExitCode::usage when the file has problems or names files that cannot be read.
CommandResult run_check_config(const CheckConfigCall& call);

}  // namespace strictmx
