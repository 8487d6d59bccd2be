// wire/opensmtpd_field.h: fields of the lines that smtpd writes to its tables and filters. Private
// to src/wire.
#pragma once
#include <algorithm>
#include <string_view>

namespace strictmx {

// Takes the next one, up to '|' or the end, off the front of `line`.
inline std::string_view take_field(std::string_view& line) {
  const auto bar = std::min(line.find('|'), line.size());
  const auto field = line.substr(0, bar);
  line.remove_prefix(std::min(bar + 1, line.size()));
  return field;
}

}  // namespace strictmx
