// base/utf8.h: makes UTF-8 (RFC 3629) of whatever came.
#pragma once
#include <string>
#include <string_view>

namespace strictmx {

// The text with U+FFFD for each octet that belongs to no UTF-8 character.
std::string to_utf8(std::string_view text);

}  // namespace strictmx
