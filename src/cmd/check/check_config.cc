#include "cmd/check/check_config.h"

#include <fmt/format.h>

namespace strictmx {

CommandResult run_check_config(const CheckConfigCall& call) {
  Config config;
  auto problems = read_config_file(call.file, config);
  if (problems.empty()) problems = find_unreadable_files(config);
  if (!problems.empty()) return refuse_config(problems);
  return {ExitCode::ok, fmt::format("{}: ok\n", call.file), ""};
}

}  // namespace strictmx
