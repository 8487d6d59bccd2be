// cmd/command_result.h: how a command ended and what it says; printing is main's job.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace strictmx {

enum class ExitCode : std::uint8_t {
  ok = 0,
  no = 1,          // a clear answer, the negative one; a store of no use to this version
  usage = 2,       // wrong call or wrong configuration
  temporary = 75,  // EX_TEMPFAIL of sysexits.h: the same call may succeed later
  // `strictmx check` alone, where 0 to 3 are those of cmd/check/check_report:
  check_usage = 64,  // EX_USAGE
};

struct CommandResult {
  ExitCode exit = ExitCode::ok;
  std::string out;  // standard output, lines with their end
  std::string err;  // standard error
};

inline CommandResult refuse_call(std::string message) {
  return {ExitCode::usage, "", "strictmx: " + std::move(message) + "\n"};
}

// All problems of a configuration, one line each.
CommandResult refuse_config(const std::vector<std::string>& problems);

// A command that could not do its work.
CommandResult give_up(const Error& error);

}  // namespace strictmx
