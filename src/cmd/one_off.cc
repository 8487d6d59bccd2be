#include "cmd/one_off.h"

#include <cstdio>

#include "cmd/config/policyd_options.h"
#include "cmd/log_spdlog.h"

namespace strictmx {

std::expected<OneOff, CommandResult> begin_one_off(const ConfigSource& source) {
  Config config;
  config.log_level = LogLevel::warning;
  if (const auto problems = load_config(source, config); !problems.empty()) {
    return std::unexpected(refuse_config(problems));
  }
  auto options = make_policyd_options(config, read_surroundings());
  if (!options) return std::unexpected(give_up(options.error()));
  return OneOff{*std::move(options), make_stream_log(config.log_level, LogStyle::time, stderr)};
}

}  // namespace strictmx
