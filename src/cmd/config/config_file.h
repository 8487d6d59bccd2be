// cmd/config/config_file.h: the configuration file (TOML 1.0) on top of a Config. All problems are
// reported, not only the first. Limits: a file of 1 MiB. The TOML library is seen by the .cc only.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cmd/config/config.h"

namespace strictmx {

// One line each for people, in file order: "FILE:LINE: message". Empty: all is well.
using ConfigProblems = std::vector<std::string>;

// `file` is only the name for messages. With problems, `config` holds what could be read.
ConfigProblems read_config_text(std::string_view text, std::string_view file, Config& config);

// The same for a file on disk; one that cannot be read is a problem "FILE: reason".
ConfigProblems read_config_file(const std::filesystem::path& file, Config& config);

// Any other TOML file as a JSON object; dates and times become null. Errors: Errc::io,
// Errc::usage ("FILE:LINE: message").
Result<Json> read_toml(const std::filesystem::path& file);

}  // namespace strictmx
