// cmd/opensmtpd_calls.h: what the commands for OpenSMTPD were called with (docs/opensmtpd.md).
#pragma once
#include <string>

#include "cmd/config/load_config.h"

namespace strictmx {

// `strictmx table-opensmtpd`: the table program, on standard input and output.
struct TableOpenSmtpdCall {
  std::string socket;  // of the line protocol: a path, or an endpoint
};

// `strictmx filter-opensmtpd`: a filter that only listens, on standard input and output.
struct FilterOpenSmtpdCall {
  std::string socket;
};

// `strictmx export-opensmtpd`: the two files for versions without table programs.
struct ExportOpenSmtpdCall {
  ConfigSource config;
  std::string folder;
  std::string socket = "/run/strictmx/line.sock";
};

}  // namespace strictmx
