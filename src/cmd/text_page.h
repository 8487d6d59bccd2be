// cmd/text_page.h: text for a terminal: lines of a width, colour where it is wanted, marks in UTF-8
// or ASCII. Pure. Everything remote passes printable(): no octet of a server reaches a terminal as
// a control character.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strictmx {

enum class Paint : std::uint8_t { plain, bold, dim, green, yellow, red, bright_red, cyan };

struct TextStyle {
  bool colour = false;
  bool utf8 = false;       // else ASCII alone
  std::size_t width = 80;  // columns, at least 40
};

// Remote text, or text that may hold some, as one line: octets other than printable ASCII become
// \xNN. A backslash stays, for text that was escaped before.
std::string printable(std::string_view text);

// Columns that a text of ASCII and single-width UTF-8 characters takes, without colours.
std::size_t columns_of(std::string_view text);

// At blanks, into lines of at most `width` columns; a longer word is cut. At least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

class TextPage {
 public:
  explicit TextPage(TextStyle style) : style_(style) {}

  const TextStyle& style() const { return style_; }

  // Our own words as the style allows: "§" is "section" in ASCII.
  std::string own(std::string_view text) const;
  std::string paint(Paint paint, std::string_view text) const;
  // One of the two forms.
  std::string_view mark(std::string_view utf8, std::string_view ascii) const {
    return style_.utf8 ? utf8 : ascii;
  }

  // A line as it is.
  void line(std::string_view text = {});
  // `text` in lines behind `first`, the later ones behind as many blanks as `first` has columns.
  // `first` may hold colours; then `first_columns` are its columns.
  void wrapped(std::string_view first, std::size_t first_columns, std::string_view text,
               Paint paint = Paint::plain);

  std::string text() && { return std::move(text_); }

 private:
  TextStyle style_;
  std::string text_;
};

}  // namespace strictmx
