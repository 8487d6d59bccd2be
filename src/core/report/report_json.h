// core/report/report_json.h: writes a report as RFC 8460 §4.4 JSON in the form of I-JSON (RFC
// 7493): UTF-8 without noncharacters, each name once, always in the same order, no member that is
// empty. Reading: core/report/report_reader.
#pragma once
#include <string>

#include "base/json.h"
#include "core/report/report.h"

namespace strictmx {

// One line without a line feed. Whatever is no UTF-8 or no character becomes U+FFFD.
std::string format_report(const Report& report);

// The same as a value, to be put into other JSON.
Json report_json(const Report& report);

}  // namespace strictmx
