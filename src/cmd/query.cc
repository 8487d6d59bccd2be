#include "cmd/query.h"

#include <cstdio>

#include "cmd/log_spdlog.h"
#include "cmd/policyd_options.h"
#include "cmd/query_format.h"

namespace strictmx {

CommandResult run_query_command(const QueryCall& call) {
  Config config;
  config.log_level = LogLevel::warning;  // people asked for the answer, not for its story
  if (const auto problems = load_config(call.config, config); !problems.empty()) {
    return refuse_config(problems);
  }
  const auto options = make_policyd_options(config, read_surroundings());
  if (!options) return give_up(options.error());
  const auto log = make_stream_log(config.log_level, LogStyle::time, stderr);
  const auto report = run_query(*options, call.key, *log);
  if (!report) return give_up(report.error());
  return format_query(call, *report);
}

}  // namespace strictmx
