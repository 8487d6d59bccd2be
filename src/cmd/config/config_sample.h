// cmd/config/config_sample.h: the configuration table as a file for people.
#pragma once
#include <string>

namespace strictmx {

// TOML with every key at its default and its description above it. Read back, it equals Config{}.
std::string format_default_config();

}  // namespace strictmx
