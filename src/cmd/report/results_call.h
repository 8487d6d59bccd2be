// cmd/report/results_call.h: what `strictmx report results` is told on the command line.
#pragma once
#include <string>

#include "cmd/config/load_config.h"
#include "cmd/output_form.h"

namespace strictmx {

struct ResultsCall {
  ConfigSource config;
  std::string day;     // "2026-11-24", "today", "yesterday"; empty: all days
  std::string domain;  // empty: all domains of the day
  OutputForm form = OutputForm::text;
};

}  // namespace strictmx
