// cmd/one_off.h: what a command needs that does one thing with the daemon's configuration and ends.
#pragma once
#include <expected>
#include <memory>

#include "base/log.h"
#include "cmd/command_result.h"
#include "cmd/config/load_config.h"
#include "service/policyd/options.h"

namespace strictmx {

struct OneOff {
  PolicydOptions options;
  std::unique_ptr<Log> log;  // to standard error; from warnings on, as people asked for the answer
};

// Errors: what the command is to end with when the configuration is no good.
std::expected<OneOff, CommandResult> begin_one_off(const ConfigSource& source);

}  // namespace strictmx
