// base/log.h: structured log lines. Code below src/cmd only sees this interface; where the lines
// go (stderr, journal, test buffer) is decided once at start. An event has a stable name and
// key=value fields; remote text is escaped by the sink, so callers pass it as it came.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace strictmx {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct LogField {
  std::string_view key;
  std::string value;
};

// Thread-safe. Never throws, never blocks for long.
class Log {
 public:
  virtual ~Log() = default;
  virtual bool enabled(LogLevel level) const = 0;
  // event: lower-case words with underscores, stable across releases (docs/operations.md).
  virtual void write(LogLevel level, std::string_view event, std::span<const LogField> fields) = 0;

  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    put(LogLevel::debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    put(LogLevel::info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
    put(LogLevel::warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    put(LogLevel::error, event, fields);
  }

 private:
  void put(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (enabled(level)) write(level, event, std::span(fields.begin(), fields.size()));
  }
};

// "event key=value key=\"two words\"": values are escaped, and quoted where they hold a blank.
std::string format_log_line(std::string_view event, std::span<const LogField> fields);

}  // namespace strictmx
