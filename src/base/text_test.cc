#include "base/text.h"

#include <string>

#include <doctest/doctest.h>

#include "base/errc.h"

using namespace strictmx;

TEST_CASE("character classes hold ASCII only") {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    CAPTURE(i);
    CHECK(is_digit(c) == (i >= '0' && i <= '9'));
    CHECK(is_alpha(c) == ((i >= 'A' && i <= 'Z') || (i >= 'a' && i <= 'z')));
    CHECK(is_alnum(c) == (is_digit(c) || is_alpha(c)));
    CHECK(is_blank(c) == (i == 32 || i == 9));
    CHECK(to_lower(c) == (i >= 'A' && i <= 'Z' ? static_cast<char>(i + 32) : c));
  }
}

TEST_CASE("ascii_lower leaves other octets alone") {
  CHECK(ascii_lower("AbZ@[`{09") == "abz@[`{09");
  CHECK(ascii_lower("\xc3\x84") == "\xc3\x84");
  CHECK(ascii_lower("") == "");
}

TEST_CASE("equals_ignore_case") {
  CHECK(equals_ignore_case("", ""));
  CHECK(equals_ignore_case("Text/PLAIN", "tEXT/plain"));
  CHECK_FALSE(equals_ignore_case("a", ""));
  CHECK_FALSE(equals_ignore_case("", "a"));
  CHECK_FALSE(equals_ignore_case("ab", "a"));
  CHECK_FALSE(equals_ignore_case("@", "`"));
  CHECK_FALSE(equals_ignore_case("\xc3\x84", "\xc3\xa4"));
}

TEST_CASE("trim_blanks takes SP and HTAB, nothing else") {
  CHECK(trim_blanks(" \t a b\t ") == "a b");
  CHECK(trim_blanks("") == "");
  CHECK(trim_blanks(" \t ") == "");
  CHECK(trim_blanks("\r\n\v\f") == "\r\n\v\f");
  CHECK(trim_blanks("\xc2\xa0") == "\xc2\xa0");
}

TEST_CASE("split keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("", '.') == Parts{""});
  CHECK(split("a", '.') == Parts{"a"});
  CHECK(split("a.b", '.') == Parts{"a", "b"});
  CHECK(split(".a..b.", '.') == Parts{"", "a", "", "b", ""});
}

TEST_CASE("join") {
  using Parts = std::vector<std::string>;
  CHECK(join(Parts{}, ", ") == "");
  CHECK(join(Parts{"a"}, ", ") == "a");
  CHECK(join(Parts{"a", "b", "c"}, ", ") == "a, b, c");
  CHECK(join(Parts{"a", "", "c"}, ",") == "a,,c");
  CHECK(join(Parts{"", "b"}, ",") == ",b");
}

TEST_CASE("utf8_length: RFC 3629 and no more") {
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("ab") == 1);
  CHECK(utf8_length(std::string_view("\0", 1)) == 1);
  CHECK(utf8_length("\x7f") == 1);
  CHECK(utf8_length("\xc2\x80") == 2);
  CHECK(utf8_length("\xdf\xbf!") == 2);
  CHECK(utf8_length("\xe0\xa0\x80") == 3);
  CHECK(utf8_length("\xed\x9f\xbf") == 3);
  CHECK(utf8_length("\xee\x80\x80") == 3);
  CHECK(utf8_length("\xef\xbf\xbf") == 3);
  CHECK(utf8_length("\xf0\x90\x80\x80") == 4);
  CHECK(utf8_length("\xf4\x8f\xbf\xbf") == 4);
  for (const char* bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2!", "\xc2\xc2", "\xe0\x9f\xbf",
        "\xe2\x82", "\xe2!\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
    CAPTURE(static_cast<int>(static_cast<unsigned char>(bad[0])));
    CHECK(utf8_length(bad) == 0);
  }
}

TEST_CASE("escape_remote gives printable ASCII on one line, whatever comes") {
  CHECK(escape_remote("plain text ~!") == "plain text ~!");
  CHECK(escape_remote("a\\b") == "a\\x5cb");
  CHECK(escape_remote("a\r\n\t\x1b[31m\x7f") == "a\\x0d\\x0a\\x09\\x1b[31m\\x7f");
  CHECK(escape_remote("\xc3\xa4\xff") == "\\xc3\\xa4\\xff");
  CHECK(escape_remote(std::string_view("\0", 1)) == "\\x00");
  CHECK(escape_remote("") == "");
}

TEST_CASE("escape_remote cuts after the limit") {
  CHECK(escape_remote("abcd", 4) == "abcd");
  CHECK(escape_remote("abcde", 4) == "abcd...");
  CHECK(escape_remote("\n\n\n", 2) == "\\x0a\\x0a...");
  CHECK(escape_remote(std::string(513, 'x')) == std::string(512, 'x') + "...");
}

TEST_CASE("error codes are named as their enumerators") {
  CHECK(name_of(Errc::syntax) == "syntax");
  CHECK(name_of(Errc::too_large) == "too_large");
  CHECK(name_of(Errc::out_of_range) == "out_of_range");
  CHECK(name_of(Errc::unsupported) == "unsupported");
  CHECK(name_of(Errc::not_found) == "not_found");
  CHECK(name_of(Errc::io) == "io");
  CHECK(name_of(Errc::corrupt) == "corrupt");
  CHECK(name_of(Errc::timeout) == "timeout");
  CHECK(name_of(Errc::cancelled) == "cancelled");
  CHECK(name_of(Errc::usage) == "usage");
}
