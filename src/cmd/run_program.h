// cmd/run_program.h: what another program prints, for commands that look at this machine's MTAs.
// No shell. Limits: 10 s, then it is killed; 4 MiB of output, the rest is not read.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"

namespace strictmx {

// Standard output and error of a program found through PATH, whatever its exit code.
// Errors: Errc::not_found (no such program), Errc::timeout, Errc::io.
Result<std::string> run_program(const std::vector<std::string>& arguments);

}  // namespace strictmx
