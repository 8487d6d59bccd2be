// cmd/log_spdlog.h: log lines to a stream, one fwrite each, flushed. Thread-safe, never throws; a
// line that cannot be written is lost. spdlog is seen by the .cc only.
#pragma once
#include <cstdint>
#include <cstdio>
#include <memory>

#include "base/log.h"

namespace strictmx {

enum class LogStyle : std::uint8_t {
  time,     // "2026-11-24T20:56:00.123Z info event key=value"
  journal,  // "<6>event key=value": sd-daemon(3) priorities, journald adds the time
};

// journal when `journal_stream` ($JOURNAL_STREAM, may be null) names the file that `fd` is; systemd
// sets the variable also for grandchildren whose output goes elsewhere.
LogStyle choose_log_style(const char* journal_stream, int fd);

// `stream` stays open as long as the log is used.
std::unique_ptr<Log> make_stream_log(LogLevel level, LogStyle style, std::FILE* stream);

}  // namespace strictmx
