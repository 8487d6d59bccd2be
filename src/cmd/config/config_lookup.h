// cmd/config/config_lookup.h: finds a row of the configuration table by its name.
#pragma once
#include <string_view>

#include "cmd/config/config_table.h"

namespace strictmx {

// nullptr when there is none of that name.
const ConfigKey* find_config_key(std::string_view name);

// The key that a misspelt name most likely means; nullptr when none is near.
const ConfigKey* nearest_config_key(std::string_view name);

}  // namespace strictmx
