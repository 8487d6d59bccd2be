// bench/quiet_log.h: a log that keeps nothing.
#pragma once
#include "base/log.h"

namespace strictmx::bench {

class QuietLog : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

}  // namespace strictmx::bench
