// cmd/check/check_command.h: `strictmx check`.
#pragma once
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

CommandResult run_check_command(const CheckCall& call);

}  // namespace strictmx
