// core/report/report_reader.h: reads reports that others made (RFC 8460 §4.4), as they are and not
// as they should be. A part that cannot be read is left out with a remark, the rest is kept. Pure.
// Limits: 10000 policies, 20000 failures per policy, 1000 remarks, 64 lines of one policy,
// texts of 4096 octets; what is beyond is cut. The caller bounds the size of the text.
#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/report/report.h"
#include "core/report/report_deviation.h"

namespace strictmx {

// What the packaging says, for members that are missing in the JSON. May be empty.
struct ReportContext {
  std::string policy_domain;  // TLS-Report-Domain, or from the file name
  std::string submitter;      // TLS-Report-Submitter, or from the file name
};

struct ReadReport {
  Report report;
  std::vector<ReportRemark> remarks;
};

// Errors: Errc::syntax (not one JSON object), Errc::too_large.
Result<ReadReport> read_report(std::string_view text, const ReportContext& context = {});

// Only reports without an error among the remarks, as ours must be. Errors: Errc::syntax, with the
// first of them; Errc::too_large.
Result<Report> read_strict_report(std::string_view text);

}  // namespace strictmx
