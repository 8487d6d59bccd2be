#include "wire/json_scanner.h"

#include <charconv>

#include "base/text.h"

namespace strictmx {

namespace {

constexpr int kMaxDepth = 16;

bool in_word(char c) { return is_alnum(c) || c == '-' || c == '+' || c == '.'; }

void append_utf8(std::string& to, std::uint32_t point) {
  const auto octet = [&](std::uint32_t value) { to += static_cast<char>(value); };
  if (point < 0x80) {
    octet(point);
  } else if (point < 0x800) {
    octet(0xc0 | point >> 6);
    octet(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    octet(0xe0 | point >> 12);
    octet(0x80 | (point >> 6 & 0x3f));
    octet(0x80 | (point & 0x3f));
  } else {
    octet(0xf0 | point >> 18);
    octet(0x80 | (point >> 12 & 0x3f));
    octet(0x80 | (point >> 6 & 0x3f));
    octet(0x80 | (point & 0x3f));
  }
}

bool is_high_half(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_half(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

bool JsonScanner::fail(Fault fault) {
  if (!fault_) fault_ = fault;
  at_ = text_.size();
  return false;
}

void JsonScanner::skip_blanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
}

bool JsonScanner::take(char expected) {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != expected) return fail();
  ++at_;
  return true;
}

JsonScanner::Kind JsonScanner::kind() {
  skip_blanks();
  if (at_ >= text_.size()) return Kind::none;
  switch (text_[at_]) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
    case 'n':
      return Kind::other;
    default:
      return is_digit(text_[at_]) || text_[at_] == '-' ? Kind::number : Kind::none;
  }
}

bool JsonScanner::enter(char bracket) {
  if (!take(bracket)) return false;
  if (++depth_ > kMaxDepth) return fail(Fault::too_deep);
  first_ = true;
  return true;
}

// To the next value of an array or object; false at its end.
bool JsonScanner::next(char closing) {
  skip_blanks();
  if (at_ >= text_.size()) return fail();
  if (text_[at_] == closing) {
    ++at_;
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_ && !take(',')) return false;
  first_ = false;
  return true;
}

bool JsonScanner::next_element() { return next(']'); }

bool JsonScanner::next_member(std::string& key) {
  if (!next('}')) return false;
  if (kind() != Kind::string) return fail();
  return read_string(key) && take(':');
}

bool JsonScanner::at_end() {
  skip_blanks();
  return at_ == text_.size();
}

bool JsonScanner::read_string(std::string& to) {
  if (kind() != Kind::string) {
    skip();
    return false;
  }
  ++at_;
  to.clear();
  scan_string(to);
  return !fault_;
}

void JsonScanner::scan_string(std::string& to) {
  for (;;) {
    const std::size_t stop = text_.find_first_of("\"\\", at_);
    if (stop == std::string_view::npos) {
      fail();
      return;
    }
    to += text_.substr(at_, stop - at_);
    at_ = stop + 1;
    if (text_[stop] == '"') return;
    read_escape(to);
    if (fault_) return;
  }
}

void JsonScanner::read_escape(std::string& to) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  const char letter = at_ < text_.size() ? text_[at_] : '\0';
  ++at_;
  if (const auto known = kLetters.find(letter); known != std::string_view::npos) {
    to += kMeaning[known];
    return;
  }
  const auto unit = letter == 'u' ? read_hex() : std::nullopt;
  if (!unit) {
    fail();
    return;
  }
  if (is_high_half(*unit) && text_.substr(at_, 2) == "\\u") {
    const std::size_t second = at_;
    at_ += 2;
    const auto low = read_hex();
    if (low && is_low_half(*low)) {
      append_utf8(to, 0x10000 + ((*unit & 0x3ff) << 10) + (*low & 0x3ff));
      return;
    }
    at_ = second;
  }
  if (is_high_half(*unit) || is_low_half(*unit)) {
    to += '?';
  } else {
    append_utf8(to, *unit);
  }
}

// Four digits; none is taken when there are fewer.
std::optional<std::uint32_t> JsonScanner::read_hex() {
  const std::string_view digits = text_.substr(std::min(at_, text_.size()), 4);
  std::uint32_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() < 4 || error != std::errc{} || stop != end) return std::nullopt;
  at_ += 4;
  return value;
}

std::optional<std::int64_t> JsonScanner::read_integer() {
  if (kind() != Kind::number) {
    skip();
    return std::nullopt;
  }
  const std::size_t start = at_;
  if (!skip_word()) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text_.data() + at_;
  const auto [stop, error] = std::from_chars(text_.data() + start, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// A number, true, false or null; which of them is not looked at.
bool JsonScanner::skip_word() {
  while (at_ < text_.size() && in_word(text_[at_])) ++at_;
  return true;
}

bool JsonScanner::skip_string() {
  ++at_;
  for (;;) {
    const std::size_t stop = text_.find_first_of("\"\\", at_);
    if (stop == std::string_view::npos) return fail();
    at_ = stop + (text_[stop] == '"' ? 1 : 2);
    if (text_[stop] == '"') return true;
  }
}

bool JsonScanner::skip() {
  switch (kind()) {
    case Kind::object: {
      std::string key;
      if (!enter_object()) return false;
      while (next_member(key)) {
        if (!skip()) return false;
      }
      return !fault_;
    }
    case Kind::array:
      if (!enter_array()) return false;
      while (next_element()) {
        if (!skip()) return false;
      }
      return !fault_;
    case Kind::string:
      return skip_string();
    case Kind::number:
    case Kind::other:
      return skip_word();
    case Kind::none:
      break;
  }
  return fail();
}

}  // namespace strictmx
