#include "base/log.h"

#include "base/text.h"

namespace strictmx {

std::string format_log_line(std::string_view event, std::span<const LogField> fields) {
  std::string line(event);
  for (const auto& field : fields) {
    std::string value;
    for (const char c : escape_remote(field.value)) {
      if (c == '"') {
        value += "\\x22";
      } else {
        value += c;
      }
    }
    const bool quote = value.empty() || value.find(' ') != std::string::npos;
    line += ' ';
    line += field.key;
    line += quote ? "=\"" : "=";
    line += value;
    if (quote) line += '"';
  }
  return line;
}

}  // namespace strictmx
