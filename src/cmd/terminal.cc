#include "cmd/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/text.h"

namespace strictmx {
namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kLeastWidth = 40;
constexpr std::size_t kMostWidth = 132;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? "" : value;
}

std::optional<std::size_t> number(const std::string& text) {
  std::size_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

}  // namespace

TerminalFacts look_at_terminal() {
  TerminalFacts seen;
  seen.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  seen.err_is_terminal = isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (seen.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    seen.columns = size.ws_col;
  seen.columns_variable = variable("COLUMNS");
  seen.no_colour = variable("NO_COLOR");
  seen.kind = variable("TERM");
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (seen.locale.empty()) seen.locale = variable(name);
  }
  return seen;
}

TextStyle choose_style(const TextWish& wish, const TerminalFacts& terminal) {
  TextStyle style;
  style.colour = wish.colour == Colour::always ||
                 (wish.colour == Colour::automatic && terminal.out_is_terminal &&
                  terminal.no_colour.empty() && terminal.kind != "dumb");
  const auto locale = ascii_lower(terminal.locale);
  style.utf8 = !wish.ascii && (locale.find("utf-8") != std::string::npos ||
                               locale.find("utf8") != std::string::npos);
  auto width = number(terminal.columns_variable);
  if (!width) width = terminal.columns;
  style.width = std::clamp(width.value_or(kUsualWidth), kLeastWidth, kMostWidth);
  return style;
}

}  // namespace strictmx
