#include "cmd/query.h"

#include <cstdio>

#include "cmd/one_off.h"
#include "cmd/query_format.h"

namespace strictmx {

CommandResult run_query_command(const QueryCall& call) {
  const auto command = begin_one_off(call.config);
  if (!command) return command.error();
  const auto report = run_query(command->options, call.key, *command->log);
  if (!report) return give_up(report.error());
  return format_query(call, *report);
}

}  // namespace strictmx
