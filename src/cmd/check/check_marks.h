// cmd/check/check_marks.h: the colour and the sign of what strictmx check prints on a terminal. A
// colour never stands alone: a word or a sign is beside it. Pure.
#pragma once
#include <string>
#include <string_view>

#include "cmd/check/check_words.h"
#include "cmd/text_page.h"

namespace strictmx {

Paint paint_of(CheckOutcome outcome);
Paint paint_of(Severity severity);
Paint paint_of(Mark mark);

std::string_view sign_of(const TextPage& page, Mark mark);
std::string_view sign_of(const TextPage& page, CheckOutcome outcome);

// With blanks behind it, up to so many columns.
std::string padded(std::string text, std::size_t columns);

}  // namespace strictmx
