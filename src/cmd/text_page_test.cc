#include "cmd/text_page.h"

#include <doctest/doctest.h>

#include "cmd/terminal.h"

using namespace strictmx;

TEST_CASE("printable: no octet of a server drives a terminal") {
  CHECK(printable("mx1.example") == "mx1.example");
  CHECK(printable("a\x1b[31mb\r\n\x07\x7f\xc2\x9b") == R"(a\x1b[31mb\x0d\x0a\x07\x7f\xc2\x9b)");
  CHECK(printable(R"(\x1b)") == R"(\x1b)");  // was escaped before
}

TEST_CASE("wrap: at blanks, and long words are cut") {
  struct Row {
    const char* text;
    std::size_t width;
    std::vector<std::string> lines;
  };
  for (const auto& row : {Row{"", 10, {""}},
                          {"one two", 10, {"one two"}},
                          {"one two", 7, {"one two"}},
                          {"one two", 6, {"one", "two"}},
                          {"  a   b ", 10, {"a b"}},
                          {"abcdefgh", 3, {"abc", "def", "gh"}},
                          {"x abcdefgh y", 4, {"x", "abcd", "efgh", "y"}},
                          {"éé éé", 2, {"éé", "éé"}},
                          {"ééé", 2, {"éé", "é"}}}) {
    CAPTURE(row.text);
    CHECK(wrap(row.text, row.width) == row.lines);
  }
}

TEST_CASE("a page: colour and UTF-8 only where they are wanted") {
  TextPage plain({.colour = false, .utf8 = false, .width = 40});
  CHECK(plain.paint(Paint::red, "x") == "x");
  CHECK(plain.own("RFC 8461 §3.1") ==
        "RFC 8461 "
        "section 3.1");
  CHECK(plain.mark("✓", "+") == "+");
  TextPage rich({.colour = true, .utf8 = true, .width = 40});
  CHECK(rich.paint(Paint::red, "x") == "\x1b[31mx\x1b[0m");
  CHECK(rich.paint(Paint::plain, "x") == "x");
  CHECK(rich.own("§") == "§");
  CHECK(rich.mark("✓", "+") == "✓");
}

TEST_CASE("a page: later lines stand below the first") {
  TextPage page({.colour = false, .utf8 = false, .width = 40});
  page.wrapped("  name  ", 8, "some words that are longer than the line is");
  page.line("end  ");
  CHECK(std::move(page).text() ==
        "  name  some words that are longer than\n"
        "        the line is\n"
        "end\n");
}

TEST_CASE("style: what the terminal can show and the caller wants") {
  struct Row {
    const char* name;
    TextWish wish;
    TerminalFacts terminal;
    bool colour;
    bool utf8;
    std::size_t width;
  };
  TerminalFacts terminal;
  terminal.out_is_terminal = true;
  terminal.columns = 100;
  terminal.kind = "xterm";
  terminal.locale = "C.UTF-8";
  auto no_colour = terminal;
  no_colour.no_colour = "1";
  auto dumb = terminal;
  dumb.kind = "dumb";
  auto narrow = terminal;
  narrow.columns_variable = "5";
  auto wide = terminal;
  wide.columns_variable = "1000";
  auto nonsense = terminal;
  nonsense.columns_variable = "8x";
  auto latin = terminal;
  latin.locale = "de_DE.ISO-8859-1";
  auto old = terminal;
  old.locale = "en_US.utf8";
  const TerminalFacts pipe;
  for (const auto& row :
       {Row{"terminal", {}, terminal, true, true, 100},
        {"pipe", {}, pipe, false, false, 80},
        {"pipe, always", {.colour = Colour::always}, pipe, true, false, 80},
        {"never", {.colour = Colour::never}, terminal, false, true, 100},
        {"NO_COLOR", {}, no_colour, false, true, 100},
        {"NO_COLOR, always", {.colour = Colour::always}, no_colour, true, true, 100},
        {"dumb", {}, dumb, false, true, 100},
        {"ascii", {.ascii = true}, terminal, true, false, 100},
        {"latin", {}, latin, true, false, 100},
        {"utf8", {}, old, true, true, 100},
        {"narrow", {}, narrow, true, true, 40},
        {"wide", {}, wide, true, true, 132},
        {"nonsense", {}, nonsense, true, true, 100}}) {
    CAPTURE(row.name);
    const auto style = choose_style(row.wish, row.terminal);
    CHECK(style.colour == row.colour);
    CHECK(style.utf8 == row.utf8);
    CHECK(style.width == row.width);
  }
}
