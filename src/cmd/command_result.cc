#include "cmd/command_result.h"

namespace strictmx {

namespace {

ExitCode exit_code_of(Errc code) {
  switch (code) {
    case Errc::usage:
    case Errc::syntax:
    case Errc::out_of_range:
      return ExitCode::usage;
    case Errc::corrupt:
    case Errc::unsupported:
    case Errc::too_large:
    case Errc::not_found:
      return ExitCode::no;
    case Errc::io:
    case Errc::timeout:
    case Errc::cancelled:
      return ExitCode::temporary;
  }
  return ExitCode::temporary;
}

}  // namespace

CommandResult refuse_config(const std::vector<std::string>& problems) {
  CommandResult result{ExitCode::usage, "", ""};
  for (const auto& problem : problems) result.err += problem + "\n";
  return result;
}

CommandResult give_up(const Error& error) {
  return {exit_code_of(error.code), "", "strictmx: " + error.detail + "\n"};
}

}  // namespace strictmx
