#include "cmd/config/config_lookup.h"

#include <algorithm>
#include <vector>

namespace strictmx {

namespace {

// Levenshtein's distance, one row at a time; names are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view without_section(std::string_view name) {
  const auto dot = name.find('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

}  // namespace

const ConfigKey* find_config_key(std::string_view name) {
  const auto keys = config_keys();
  const auto found = std::ranges::find(keys, name, &ConfigKey::name);
  return found == keys.end() ? nullptr : &*found;
}

const ConfigKey* nearest_config_key(std::string_view name) {
  constexpr std::size_t kLongestName = 64;
  constexpr std::size_t kFarthest = 3;
  if (name.size() > kLongestName) return nullptr;
  const ConfigKey* nearest = nullptr;
  std::size_t best = kFarthest + 1;
  for (const auto& key : config_keys()) {
    // The right word in the wrong section is as near as one wrong letter.
    const bool moved = without_section(key.name) == without_section(name);
    const auto longer =
        std::max(name.size(), key.name.size()) - std::min(name.size(), key.name.size());
    if (!moved && longer >= best) continue;  // the distance is at least that
    const auto far = moved ? 1 : distance(name, key.name);
    if (far < best && far < name.size()) {
      best = far;
      nearest = &key;
    }
  }
  return nearest;
}

}  // namespace strictmx
