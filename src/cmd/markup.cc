#include "cmd/markup.h"

#include <fmt/format.h>

namespace strictmx {
namespace {

constexpr std::string_view kSection = "§";

std::string character(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
      return "\n";
    default:
      if (c >= 0x20 && c < 0x7f) return {c};
      return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

std::string markup(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with(kSection)) {
      out += kSection;
      text.remove_prefix(kSection.size());
    } else {
      out += character(text.front());
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace strictmx
