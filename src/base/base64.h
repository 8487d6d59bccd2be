// base/base64.h: base64 (RFC 4648 §4) in the lines of a mail body (RFC 2045 §6.8).
#pragma once
#include <string>
#include <string_view>

namespace strictmx {

// On one line, padded.
std::string base64(std::string_view data);

// Lines of 76 characters, each with CRLF.
std::string base64_lines(std::string_view data);

}  // namespace strictmx
