// core/report/report_policy_reader.h: reads one element of `policies` (RFC 8460 §4.4). Private to
// core: included by core/report/report_reader.cc.
#pragma once
#include <optional>
#include <string>

#include "base/json.h"
#include "core/report/report.h"
#include "core/report/report_members.h"

namespace strictmx {

// Absent: nothing of it can be used. `domain` stands for a policy-domain that is missing.
std::optional<ReportPolicy> read_report_policy(const Json& element, const std::string& where,
                                               const std::string& domain, ReportRemarks& remarks);

}  // namespace strictmx
