// cmd/markup.h: text inside of XML and HTML, in elements and in quoted attributes. Pure.
#pragma once
#include <string>
#include <string_view>

namespace strictmx {

// Printable ASCII with & < > " ' as references, line ends, and the paragraph sign of our own
// texts; every other octet becomes \xNN, so that remote text can neither end an element nor turn
// the direction of writing.
std::string markup(std::string_view text);

}  // namespace strictmx
