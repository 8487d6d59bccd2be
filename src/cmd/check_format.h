// cmd/check_format.h: the facts of a check in short, for a terminal.
#pragma once
#include <string>

#include "core/check_facts.h"

namespace strictmx {

std::string format_check(const CheckFacts& facts);

}  // namespace strictmx
