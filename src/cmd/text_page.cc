#include "cmd/text_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace strictmx {
namespace {

constexpr std::size_t kNarrowest = 20;  // columns left for a text, however deep it stands
constexpr std::string_view kSection = "§";

std::string_view code_of(Paint paint) {
  switch (paint) {
    case Paint::plain:
      return "";
    case Paint::bold:
      return "1";
    case Paint::dim:
      return "2";
    case Paint::green:
      return "32";
    case Paint::yellow:
      return "33";
    case Paint::red:
      return "31";
    case Paint::bright_red:
      return "1;31";
    case Paint::cyan:
      return "36";
  }
  return "";
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

// The octets of the first `columns` columns.
std::size_t octets_of(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues(text[at])) continue;
    if (columns-- == 0) break;
  }
  return at;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (auto word : split(text, ' ')) {
    if (word.empty()) continue;
    auto needed = columns_of(word);
    if (used > 0 && used + 1 + needed > width) {
      lines.emplace_back();
      used = 0;
    }
    while (needed > width) {
      const auto cut = octets_of(word, width);
      lines.back() += word.substr(0, cut);
      lines.emplace_back();
      word.remove_prefix(cut);
      needed -= width;
    }
    if (used > 0) lines.back() += ' ';
    lines.back() += word;
    used += (used > 0 ? 1U : 0U) + needed;
  }
  return lines;
}

std::string TextPage::own(std::string_view text) const {
  std::string out(text);
  if (style_.utf8) return out;
  for (auto at = out.find(kSection); at != std::string::npos; at = out.find(kSection, at))
    out.replace(at, kSection.size(), "section ");
  return printable(out);
}

std::string TextPage::paint(Paint paint, std::string_view text) const {
  const auto code = code_of(paint);
  if (!style_.colour || code.empty() || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

void TextPage::line(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  text_ += text;
  text_ += '\n';
}

void TextPage::wrapped(std::string_view first, std::size_t first_columns, std::string_view text,
                       Paint paint) {
  const auto room = style_.width > first_columns ? style_.width - first_columns : 0;
  std::string prefix(first);
  for (const auto& part : wrap(text, std::max(room, kNarrowest))) {
    line(prefix + this->paint(paint, part));
    prefix.assign(first_columns, ' ');
  }
}

}  // namespace strictmx
