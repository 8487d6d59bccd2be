// cmd/main.cc: reads the command line, runs one command, prints what it says.
#include <csignal>
#include <cstdio>
#include <exception>

#include "cmd/check/check_command.h"
#include "cmd/check/check_config.h"
#include "cmd/check/check_local.h"
#include "cmd/cli/cli.h"
#include "cmd/config/config_sample.h"
#include "cmd/export_opensmtpd.h"
#include "cmd/import_config.h"
#include "cmd/lint.h"
#include "cmd/policy/policy_command.h"
#include "cmd/query.h"
#include "cmd/report/report_file_command.h"
#include "cmd/report/report_key_command.h"
#include "cmd/report/report_out_command.h"
#include "cmd/report/results_command.h"
#include "cmd/serve.h"
#include "cmd/table_opensmtpd.h"
#include "tls/openssl_memory.h"

namespace {

using namespace strictmx;

struct Runner {
  CommandResult operator()(const ServeCall& call) const { return run_serve_command(call); }
  CommandResult operator()(const QueryCall& call) const { return run_query_command(call); }
  CommandResult operator()(const LintRecordCall& call) const { return run_lint_record(call); }
  CommandResult operator()(const LintPolicyCall& call) const { return run_lint_policy(call); }
  CommandResult operator()(const LintMatchCall& call) const { return run_lint_match(call); }
  CommandResult operator()(const LintTlsrptCall& call) const { return run_lint_tlsrpt(call); }
  CommandResult operator()(const ReportFileCall& call) const { return run_report_file(call); }
  CommandResult operator()(const ReportOutCall& call) const { return run_report_out(call); }
  CommandResult operator()(const ReportKeyCall& call) const { return run_report_key(call); }
  CommandResult operator()(const PolicyCall& call) const { return run_policy_command(call); }
  CommandResult operator()(const CheckCall& call) const { return run_check_command(call); }
  CommandResult operator()(const ResultsCall& call) const { return run_results_command(call); }
  CommandResult operator()(const TableOpenSmtpdCall& call) const {
    return run_table_opensmtpd(call);
  }
  CommandResult operator()(const FilterOpenSmtpdCall& call) const {
    return run_filter_opensmtpd(call);
  }
  CommandResult operator()(const ExportOpenSmtpdCall& call) const {
    return run_export_opensmtpd(call);
  }
  CommandResult operator()(const CheckLocalCall& call) const { return run_check_local(call); }
  CommandResult operator()(const CheckConfigCall& call) const { return run_check_config(call); }
  CommandResult operator()(const ImportConfigCall& call) const { return run_import_config(call); }
  CommandResult operator()(const ShowDefaultsCall&) const {
    return {ExitCode::ok, format_default_config(), ""};
  }
  CommandResult operator()(const ShowTextCall& call) const { return {ExitCode::ok, call.text, ""}; }
};

CommandResult run(std::vector<std::string> arguments) {
  const bool check = !arguments.empty() && arguments.front() == "check";
  const auto call = parse_command_line(std::move(arguments));
  if (call) return std::visit(Runner{}, *call);
  auto refused = refuse_call(call.error().detail);
  if (check) refused.exit = ExitCode::check_usage;
  refused.err += "strictmx --help lists the commands, strictmx COMMAND --help their options\n";
  return refused;
}

int print(const CommandResult& result) {
  std::fwrite(result.err.data(), 1, result.err.size(), stderr);
  const bool written =
      std::fwrite(result.out.data(), 1, result.out.size(), stdout) == result.out.size();
  const bool flushed = std::fflush(stdout) == 0;
  return static_cast<int>(written && flushed ? result.exit : ExitCode::temporary);
}

}  // namespace

int main(int argc, char** argv) {
  end_without_openssl_memory();
  std::signal(SIGPIPE, SIG_IGN);  // a peer that hangs up is an error code, not the end of us
  try {
    return print(run({argv + 1, argv + argc}));
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "strictmx: unexpected: %s\n", bug.what());
    return static_cast<int>(ExitCode::temporary);
  }
}
