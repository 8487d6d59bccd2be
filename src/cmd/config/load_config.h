// cmd/config/load_config.h: the configuration of one run: defaults, then the file, then the flags.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/config/config_file.h"
#include "cmd/config/config_table.h"

namespace strictmx {

// Read when no file is named; it need not exist.
constexpr std::string_view kDefaultConfigFile = "/etc/strictmx/strictmx.toml";

struct FlagSetting {
  const ConfigKey* key;
  std::vector<std::string> words;
};

struct ConfigSource {
  std::optional<std::filesystem::path> file;
  std::vector<FlagSetting> flags;  // in the order of the command line
};

// All problems of the file and of the flags ("--flag: message").
ConfigProblems load_config(const ConfigSource& source, Config& config);

// A line for each file that the configuration names and that cannot be read.
ConfigProblems find_unreadable_files(const Config& config);

}  // namespace strictmx
