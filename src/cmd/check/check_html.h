// cmd/check/check_html.h: the report of strictmx check as one HTML file: no script, nothing loaded
// from anywhere, light and dark, good on paper and to screen readers. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cmd/check/check_report.h"

namespace strictmx {

std::string format_check_html(const std::vector<DomainReport>& reports);

// The style sheet inside of it.
std::string_view check_html_style();

}  // namespace strictmx
