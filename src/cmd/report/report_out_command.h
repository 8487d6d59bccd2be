// cmd/report/report_out_command.h: `strictmx report preview, queue, send, test`: what the reporting
// service would do, has done, and does at once. JSON forms: docs/formats/command-json.md.
#pragma once
#include "cmd/command_result.h"
#include "cmd/report/report_calls.h"

namespace strictmx {

// ExitCode::usage: report.from is not configured, or a day that is none. ExitCode::no: nothing to
// preview; a report was given up. ExitCode::temporary: a report waits for another attempt.
CommandResult run_report_out(const ReportOutCall& call);

}  // namespace strictmx
