// cmd/report/report_format.h: a report for people. Remote text is escaped.
#pragma once
#include <string>

#include "core/report/report.h"

namespace strictmx {

// Several lines with their ends.
std::string format_report_text(const Report& report);

}  // namespace strictmx
