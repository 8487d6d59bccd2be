// cmd/report/results_command.h: `strictmx report results`: the sums of TLS sessions in the day
// store.
#pragma once
#include "cmd/command_result.h"
#include "cmd/report/results_call.h"

namespace strictmx {

CommandResult run_results_command(const ResultsCall& call);

}  // namespace strictmx
