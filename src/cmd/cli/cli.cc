#include "cmd/cli/cli.h"

#include <fmt/format.h>

#include "cmd/cli/cli_groups.h"
#include "cmd/cli/command_builder.h"
#include "cmd/version.h"

namespace strictmx {

Result<Call> parse_command_line(std::vector<std::string> arguments) {
  CommandLine line("strictmx", "MTA-STS policies for mail servers (RFC 8461).",
                   fmt::format("strictmx {}", kVersion));
  Call call;
  ServiceCommands services;
  LintCommands lint;
  PolicyCommands policy;
  CheckCommands check;
  ReportCommands report;
  MtaCommands mtas;
  ConfigCommands config;
  services.add(line.top(), call);
  lint.add(line.top(), call);
  policy.add(line.top(), call);
  check.add(line.top(), call);
  report.add(line.top(), call);
  mtas.add(line.top(), call);
  config.add(line.top(), call);
  auto text = line.parse(std::move(arguments));
  if (!text) return std::unexpected(text.error());
  if (!text->empty()) return ShowTextCall{*std::move(text)};
  return call;
}

}  // namespace strictmx
