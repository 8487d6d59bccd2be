// cmd/report_calls.h: what the report commands are told on the command line.
#pragma once
#include <cstdint>
#include <string>

#include "cmd/output_form.h"

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

}  // namespace strictmx
