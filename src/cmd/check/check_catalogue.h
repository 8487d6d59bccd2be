// cmd/check/check_catalogue.h: the catalogue of findings for people: the page of one, and all of
// them as docs/findings.md. Pure; needs no network.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cmd/text_page.h"
#include "core/check/finding.h"

namespace strictmx {

std::string format_finding_page(const FindingKind& kind, const TextStyle& style);

// Ids that look or begin like an unknown one, the nearest first; at most `limit`.
std::vector<std::string_view> nearest_finding_ids(std::string_view unknown, std::size_t limit = 5);

// The whole catalogue in Markdown, one heading for each id.
std::string format_catalogue();

}  // namespace strictmx
