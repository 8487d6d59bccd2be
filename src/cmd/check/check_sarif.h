// cmd/check/check_sarif.h: the report of strictmx check as SARIF 2.1.0, which code hosts and
// security dashboards read: a rule for each kind of finding that occurs, a result for each finding.
// Pure. A result is located at the mail domain, as the URI "dns:example.com" (RFC 4501), and
// logically at the host it is about.
#pragma once
#include <string>
#include <vector>

#include "cmd/check/check_report.h"

namespace strictmx {

std::string format_check_sarif(const std::vector<DomainReport>& reports);

}  // namespace strictmx
