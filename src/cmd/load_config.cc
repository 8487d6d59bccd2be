#include "cmd/load_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace strictmx {

ConfigProblems load_config(const ConfigSource& source, Config& config) {
  ConfigProblems problems;
  std::error_code ignored;
  if (source.file) {
    problems = read_config_file(*source.file, config);
  } else if (std::filesystem::exists(kDefaultConfigFile, ignored)) {
    problems = read_config_file(kDefaultConfigFile, config);
  }
  for (const auto& flag : source.flags) {
    if (const auto set = flag.key->set(config, flag.words); !set) {
      problems.push_back(fmt::format("{}: {}", flag.key->flag, set.error().detail));
    }
  }
  return problems;
}

ConfigProblems find_unreadable_files(const Config& config) {
  struct Named {
    std::string_view key;
    const std::string& file;
  };
  const Named files[] = {{"dns.trust_anchor", config.dns.trust_anchor},
                         {"dns.root_hints", config.dns.root_hints},
                         {"https.ca_file", config.https.ca_file},
                         {"policy.preload", config.policy.preload},
                         {"policy.preload_key", config.policy.preload_key}};
  ConfigProblems problems;
  const bool validates = config.dns.validation == DnsValidationKey::local;
  for (const auto& [key, file] : files) {
    const bool anchor = &file == &config.dns.trust_anchor;
    const bool named = !file.empty() && file != "none" && (validates || !anchor);
    if (named && ::access(file.c_str(), R_OK) != 0) {
      problems.push_back(fmt::format("{}: {}: {}", key, file, std::strerror(errno)));
    }
  }
  return problems;
}

}  // namespace strictmx
