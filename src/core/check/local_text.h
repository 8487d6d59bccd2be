// core/check/local_text.h: reading other programs' configuration, as far as core/check/local_check
// needs it. Private to it. Pure.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/local_check.h"

namespace strictmx {

// Up to three numbers: "4.98.2" is {4, 98, 2}. Zeros where there is no version.
using Version = std::array<int, 3>;
// The first version in a text that stands behind `word` ("version"; empty: anywhere).
Version find_version(std::string_view text, std::string_view word);

// Lines without blanks at either end, without comments (`mark` at the beginning) and empty ones.
std::vector<std::string_view> lines_of(std::string_view text, char mark);

// Whether `word` is one of those between blanks and line ends.
bool has_word(std::string_view text, std::string_view word);

Trap fault(std::string id, std::string text);
Trap warning(std::string id, std::string text);

}  // namespace strictmx
