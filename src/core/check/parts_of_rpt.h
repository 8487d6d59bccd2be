// core/check/parts_of_rpt.h: the parts of check_reports(), and what they share. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/check/check_view.h"
#include "core/check/finding.h"

namespace strictmx {

void check_report_record(const CheckView& view, Findings& findings);
void check_report_targets(const CheckView& view, Findings& findings);

// Whether exactly one record counts as one for TLS reports, whatever is wrong with it.
bool one_report_record(const CheckView& view);

// "_smtp._tls.example.com"
std::string report_name(const CheckView& view);

// The line of the zone with these destinations; without any, with an address to be chosen.
std::string report_line(const CheckView& view, const std::vector<std::string>& uris);

// The destinations of the record as they should be written, as far as that can be told.
std::vector<std::string> mended_uris(const CheckView& view);

}  // namespace strictmx
