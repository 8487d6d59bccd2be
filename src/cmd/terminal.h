// cmd/terminal.h: what the terminal can show, and what the caller wants of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "cmd/text_page.h"

namespace strictmx {

enum class Colour : std::uint8_t { automatic, always, never };

struct TerminalFacts {
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::optional<std::size_t> columns;  // of the terminal itself
  std::string columns_variable;        // COLUMNS
  std::string no_colour;               // NO_COLOR
  std::string kind;                    // TERM
  std::string locale;                  // the first of LC_ALL, LC_CTYPE, LANG that is not empty
};

// Reads the environment and asks the terminal.
TerminalFacts look_at_terminal();

struct TextWish {
  Colour colour = Colour::automatic;
  bool ascii = false;
};

// Colour: as asked for, else on a terminal that is not "dumb", unless NO_COLOR is set. Width:
// COLUMNS, else the terminal's, else 80; 40 to 132. UTF-8: if the locale says so.
TextStyle choose_style(const TextWish& wish, const TerminalFacts& terminal);

}  // namespace strictmx
