// cmd/check/check_json.h: the report of strictmx check as JSON. The form is an interface:
// docs/formats/check-report.md and check-report.schema.json; its version is the member "version".
// Pure.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "cmd/check/check_report.h"

namespace strictmx {

constexpr int kCheckReportVersion = 1;

// One document, with a line end.
std::string format_check_json(const std::vector<DomainReport>& reports);

// One domain on one line, as in "domains", with "version" in front.
std::string format_check_jsonl(const DomainReport& report);

}  // namespace strictmx
