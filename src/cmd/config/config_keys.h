// cmd/config/config_keys.h: the sections of the one table of configuration keys; each is in the
// config_keys_*.cc of its subject. Private: cmd/config/config_table joins them.
#pragma once
#include <span>

#include "cmd/config/config_table.h"

namespace strictmx {

std::span<const ConfigKey> daemon_keys();  // without a section
std::span<const ConfigKey> dns_keys();
std::span<const ConfigKey> https_keys();
std::span<const ConfigKey> policy_keys();
std::span<const ConfigKey> collect_keys();
std::span<const ConfigKey> report_keys();
std::span<const ConfigKey> limits_keys();
std::span<const ConfigKey> check_keys();
std::span<const ConfigKey> log_keys();

}  // namespace strictmx
