// cmd/lint.h: `strictmx lint`: core/lint, core/tlsrpt_record and core/mx_pattern on given text. The
// JSON forms are an interface: docs/formats/command-json.md.
#pragma once
#include <string_view>

#include "cmd/cli/cli.h"
#include "cmd/command_result.h"

namespace strictmx {

// ExitCode::ok when valid, no when not.
CommandResult run_lint_record(const LintRecordCall& call);

CommandResult run_lint_tlsrpt(const LintTlsrptCall& call);

// Reads the file first; ExitCode::usage when that fails.
CommandResult run_lint_policy(const LintPolicyCall& call);
CommandResult lint_policy_text(std::string_view body, OutputForm form);

// ExitCode::ok when at least one pattern names the host (RFC 8461 §4.1). A host or pattern that is
// none matches nothing; why is said on standard error.
CommandResult run_lint_match(const LintMatchCall& call);

}  // namespace strictmx
