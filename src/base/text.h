// base/text.h: ASCII text helpers. Octet based on purpose: remote text has no locale.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Only A-Z change; other octets stay as they are.
std::string ascii_lower(std::string_view text);

// Equality without regard to ASCII case.
bool equals_ignore_case(std::string_view a, std::string_view b);

// Without SP and HTAB at either end. The view points into `text`.
std::string_view trim_blanks(std::string_view text);

// All parts between separators, empty ones included. The views point into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

// The parts joined with `separator` between them.
std::string join(const std::vector<std::string>& parts, std::string_view separator);

bool is_ascii(std::string_view text);

// Takes a byte order mark in UTF-8 from the front of `text`; false where there is none.
bool skip_byte_order_mark(std::string_view& text);

// Octets of the UTF-8 character (RFC 3629 §4) at the front of `text`, 1 to 4; 0 when there is none.
std::size_t utf8_length(std::string_view text);

// Remote text for logs and terminals: printable ASCII stays, everything else (and the backslash)
// becomes \xNN; cut after `limit` octets of input with "..." appended.
std::string escape_remote(std::string_view text, std::size_t limit = 512);

}  // namespace strictmx
