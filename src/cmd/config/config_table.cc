#include "cmd/config/config_table.h"

#include "cmd/config/config_keys.h"

namespace strictmx {

namespace {

std::vector<ConfigKey> join_sections() {
  std::vector<ConfigKey> all;
  for (const auto section : {daemon_keys(), dns_keys(), https_keys(), policy_keys(), collect_keys(),
                             report_keys(), limits_keys(), check_keys(), log_keys()}) {
    all.insert(all.end(), section.begin(), section.end());
  }
  return all;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = join_sections();
  return keys;
}

}  // namespace strictmx
