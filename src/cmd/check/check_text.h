// cmd/check/check_text.h: the report of strictmx check for a terminal. The first line answers
// whether all is well; then what becomes of mail by kind of sender, the MX hosts, and the findings,
// gravest first, each with what was seen and what to do. Pure.
#pragma once
#include <string>
#include <vector>

#include "cmd/check/check_report.h"
#include "cmd/text_page.h"

namespace strictmx {

enum class Shown : std::uint8_t { matters, all };  // all: findings of severity info too

std::string format_check_text(const std::vector<DomainReport>& reports, const TextStyle& style,
                              Shown shown);

}  // namespace strictmx
