// cmd/report/report_file_command.h: `strictmx report show` and `report lint`: one report in a file,
// as anybody may have sent it. Limits: a file of 32 MiB, 32 MiB when unpacked.
#pragma once
#include "cmd/command_result.h"
#include "cmd/report/report_calls.h"

namespace strictmx {

// ExitCode::no for a file that holds no report, and of lint for one that departs from RFC 8460.
CommandResult run_report_file(const ReportFileCall& call);

}  // namespace strictmx
