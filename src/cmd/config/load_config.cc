#include "cmd/config/load_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cmd/config/reportd_options.h"

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
    std::string file;
  };
  std::vector<Named> files = {{"dns.root_hints", config.dns.root_hints},
                              {"https.ca_file", config.https.ca_file},
                              {"policy.preload", config.policy.preload},
                              {"policy.preload_key", config.policy.preload_key}};
  if (config.dns.validation == DnsValidationKey::local && config.dns.trust_anchor != "none") {
    files.insert(files.begin(), Named{"dns.trust_anchor", config.dns.trust_anchor});
  }
  for (const auto& word : config.report.dkim) {
    if (const auto entry = parse_dkim_entry(word)) files.push_back({"report.dkim", entry->file});
  }
  ConfigProblems problems;
  for (const auto& [key, file] : files) {
    if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
      problems.push_back(fmt::format("{}: {}: {}", key, file, std::strerror(errno)));
    }
  }
  return problems;
}

}  // namespace strictmx
