// cmd/export_opensmtpd.h: strictmx export-opensmtpd, the files for OpenSMTPD before 7.6:
// DIR/domains (each under an enforce policy) and DIR/relays (each with one MX host that its policy
// allows).
#pragma once
#include "cmd/command_result.h"
#include "cmd/opensmtpd_calls.h"

namespace strictmx {

// The domains are those of the stored policies; the hosts come from the daemon, which must run. A
// domain without a host now is in the first file only, so that its mail waits. Each file is
// replaced at once or not at all.
CommandResult run_export_opensmtpd(const ExportOpenSmtpdCall& call);

}  // namespace strictmx
