#include "cmd/config/config_sample.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cmd/config/config_table.h"

namespace strictmx {

namespace {

std::string comment_lines(std::string_view text) {
  std::string lines;
  for (const auto line : split(text, '\n')) lines += fmt::format("# {}\n", line);
  return lines;
}

}  // namespace

std::string format_default_config() {
  std::string file = "# Configuration of strictmx (TOML). Every key is shown with its default.\n";
  std::string_view section;
  for (const auto& key : config_keys()) {
    const auto dot = key.name.find('.');
    const bool top = dot == std::string_view::npos;
    const auto here = top ? std::string_view{} : key.name.substr(0, dot);
    file += '\n';
    if (here != section) file += fmt::format("[{}]\n", here);
    section = here;
    file += comment_lines(key.summary);
    if (!key.more.empty()) file += comment_lines(key.more);
    file += fmt::format("{} = {}\n", top ? key.name : key.name.substr(dot + 1), key.fallback);
  }
  return file;
}

}  // namespace strictmx
