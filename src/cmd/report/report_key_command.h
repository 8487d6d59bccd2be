// cmd/report/report_key_command.h: `strictmx report dkim-key`: a new private key in a file of mode
// 0600, and the TXT record that has to be published for it.
#pragma once
#include "cmd/command_result.h"
#include "cmd/report/report_calls.h"

namespace strictmx {

// ExitCode::usage for a bad domain or selector, or a file that exists or cannot be made.
CommandResult run_report_key(const ReportKeyCall& call);

}  // namespace strictmx
