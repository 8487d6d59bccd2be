// cmd/config/config_table.h: the one table of configuration keys. The configuration file, the flags
// of the commands, their help and `strictmx config --defaults` all come from it. Not here: reading
// a file (cmd/config/config_file), writing one (cmd/config/config_sample).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cmd/config/config.h"

namespace strictmx {

// What the file must hold: durations are strings with a unit, lists arrays of strings (one string
// stands for a list of one). On the command line everything is text, and a switch has no value.
enum class ConfigKind : std::uint8_t { text, list, duration, number, boolean };

// The commands that have the flag; the file is the same for all.
enum class ConfigScope : std::uint8_t {
  serve,
  serve_and_query,
  lookups,  // serve, query and check
  check,
};

// Whether a command that takes the flags of `command` has one for a key of the scope `key`.
constexpr bool has_flag(ConfigScope command, ConfigScope key) {
  switch (command) {
    case ConfigScope::serve:
      return key != ConfigScope::check;
    case ConfigScope::check:
      return key == ConfigScope::check || key == ConfigScope::lookups;
    case ConfigScope::serve_and_query:
    case ConfigScope::lookups:
      break;
  }
  return key == ConfigScope::serve_and_query || key == ConfigScope::lookups;
}

struct ConfigKey {
  std::string_view name;  // "listen", "dns.forward": at most one dot
  std::string_view flag;  // "--dns"; empty: only in the file
  ConfigKind kind;
  ConfigScope scope;
  std::string_view metavar;   // of the flag's value in help; empty for booleans
  std::string_view fallback;  // the default in TOML notation
  std::string_view summary;   // one line, for help and the sample file
  std::string_view more;      // further lines for the sample file; may be empty
  // `words`: the elements of a list, else exactly one; booleans come as "true" and "false".
  // Errors: Errc::usage, the detail names value and allowed range, not the key.
  Result<void> (*set)(Config& config, const std::vector<std::string>& words);
};

// In the order of the sample file: keys without a dot first, then section by section.
std::span<const ConfigKey> config_keys();

}  // namespace strictmx
