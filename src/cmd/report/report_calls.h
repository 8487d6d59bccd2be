// cmd/report/report_calls.h: what the report commands are told on the command line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "cmd/config/load_config.h"
#include "cmd/output_form.h"
#include "core/tls_result.h"

namespace strictmx {

enum class ReportFileAction : std::uint8_t { show, lint };

// `strictmx report show` and `lint`: one report that somebody made.
struct ReportFileCall {
  ReportFileAction action = ReportFileAction::show;
  std::string file;  // "-" is standard input
  OutputForm form = OutputForm::text;
};

// `strictmx report dkim-key`.
struct ReportKeyCall {
  std::string domain;
  std::string file;
  std::string selector = "tlsrpt";
  bool ed25519 = false;
};

enum class ReportOutAction : std::uint8_t { preview, queue, send, test };

// `strictmx report preview`, `queue`, `send`, `test`: our own reports.
struct ReportOutCall {
  ReportOutAction action = ReportOutAction::queue;
  ConfigSource config;
  std::string day;              // preview: as given
  std::string domain;           // preview: empty: all of the day
  std::string address;          // test
  std::optional<Day> send_day;  // absent: yesterday, UTC
  OutputForm form = OutputForm::text;
};

}  // namespace strictmx
