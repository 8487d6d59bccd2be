// core/check/report_targets.h: where a TLSRPT record wants reports to go, read as loosely as a
// person would, so that each destination can be looked at even when the record is broken. Pure.
// Source: RFC 8460 §3. Limits: kMaxCheckedReportTargets destinations.
// Not here: what a sender of reports accepts.
#pragma once
#include <span>
#include <string>
#include <vector>

namespace strictmx {

struct ReportTarget {
  std::string uri;     // as in the record, without blanks around it
  std::string scheme;  // lower case; empty without one
  std::string host;    // lower case: of the mailbox or the endpoint; empty: none could be read
};

// Of all records that begin with "v=TLSRPT" in any case.
std::vector<ReportTarget> report_targets(std::span<const std::string> records);

}  // namespace strictmx
