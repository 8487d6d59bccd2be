#include "cmd/log_spdlog.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>

#include <string>
#include <utility>

namespace strictmx {

namespace {

using StreamSink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// sd-daemon(3): the numbers of syslog.
std::string_view journal_prefix(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warning:
      return "<4>";
    case LogLevel::error:
      return "<3>";
  }
  return "<6>";
}

class StreamLog final : public Log {
 public:
  StreamLog(LogLevel level, LogStyle style, std::FILE* stream)
      : level_(level), style_(style), logger_("strictmx", std::make_shared<StreamSink>(stream)) {
    logger_.set_level(spdlog::level::trace);  // enabled() has decided
    logger_.set_pattern(style == LogStyle::journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                        spdlog::pattern_time_type::utc);
    logger_.set_error_handler([](const std::string&) {});
  }

  bool enabled(LogLevel level) const override { return level >= level_; }

  void write(LogLevel level, std::string_view event, std::span<const LogField> fields) override {
    try {
      std::string line(style_ == LogStyle::journal ? journal_prefix(level) : "");
      line += format_log_line(event, fields);
      logger_.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
    } catch (...) {  // no memory for the line
    }
  }

 private:
  LogLevel level_;
  LogStyle style_;
  spdlog::logger logger_;
};

}  // namespace

LogStyle choose_log_style(const char* journal_stream, int fd) {
  struct stat file{};
  if (journal_stream == nullptr || ::fstat(fd, &file) != 0) return LogStyle::time;
  const bool same = journal_stream == fmt::format("{}:{}", file.st_dev, file.st_ino);
  return same ? LogStyle::journal : LogStyle::time;
}

std::unique_ptr<Log> make_stream_log(LogLevel level, LogStyle style, std::FILE* stream) {
  return std::make_unique<StreamLog>(level, style, stream);
}

}  // namespace strictmx
