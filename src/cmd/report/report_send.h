// cmd/report/report_send.h: builds and sends reports at once, beside the running service or without
// one.
#pragma once
#include <optional>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "cmd/command_result.h"
#include "service/reportd/options.h"

namespace strictmx {

// Makes the day's reports if they are not made yet, and tries all that wait of that day now; one
// line for each attempt. A day that is not over is reported as far as it went, and again as a whole
// when it is. Absent: yesterday. Errors: those of the stores.
Result<CommandResult> send_reports(const ReportdOptions& options, std::optional<Day> day, Log& log);

// One report mail without sessions about the own domain, past all queues.
Result<CommandResult> send_test_report(const ReportdOptions& options, const std::string& address,
                                       Log& log);

}  // namespace strictmx
