// wire/json_begin.h: what a text is that may be JSON, by its first octet. Private to src/wire.
#pragma once
#include <string_view>

#include "base/text.h"

namespace strictmx {

// The first octet after a byte order mark and blanks; 0 where there is none.
inline char json_begin(std::string_view text) {
  skip_byte_order_mark(text);
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? '\0' : text[first];
}

}  // namespace strictmx
