#include "core/check/local_text.h"

#include <algorithm>

#include "base/text.h"

namespace strictmx {

Version find_version(std::string_view text, std::string_view word) {
  const auto start = text.find(word);
  if (start == std::string_view::npos) return {};
  const auto digit = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(start + word.size()),
                                  text.end(), is_digit);
  Version version{};
  std::size_t part = 0;
  for (auto c = digit; c != text.end() && part < version.size(); ++c) {
    constexpr int kMax = 100000;
    if (*c == '.') {
      ++part;
    } else if (is_digit(*c) && version[part] < kMax) {
      version[part] = version[part] * 10 + (*c - '0');
    } else {
      break;
    }
  }
  return version;
}

std::vector<std::string_view> lines_of(std::string_view text, char mark) {
  std::vector<std::string_view> lines;
  for (auto line : split(text, '\n')) {
    line = trim_blanks(line);
    if (!line.empty() && line.front() != mark) lines.push_back(line);
  }
  return lines;
}

bool has_word(std::string_view text, std::string_view word) {
  for (const auto line : split(text, '\n')) {
    for (const auto part : split(line, ' ')) {
      for (const auto piece : split(part, '\t')) {
        if (piece == word) return true;
      }
    }
  }
  return false;
}

Trap fault(std::string id, std::string text) {
  return Trap{TrapWeight::fault, std::move(id), std::move(text)};
}
Trap warning(std::string id, std::string text) {
  return Trap{TrapWeight::warning, std::move(id), std::move(text)};
}

}  // namespace strictmx
