// wire/http_content_type.h: the one question we ask of a Content-Type field value. Pure.
// Source: RFC 9110 §8.3.1 (media types are compared without regard to case), RFC 8461 §3.2.
#pragma once
#include <string_view>

namespace strictmx {

// True for text/plain, whatever its parameters are (RFC 8461 §3.2). Blanks around the type are
// tolerated. False for an empty value (no such field), other types, and lists of types.
bool is_text_plain(std::string_view content_type);

}  // namespace strictmx
