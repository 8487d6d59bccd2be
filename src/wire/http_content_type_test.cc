#include "wire/http_content_type.h"

#include <string>

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("is_text_plain: accepted, whatever case and parameters (STS-F09)") {
  for (const char* value :
       {"text/plain", "Text/Plain", "TEXT/PLAIN", " text/plain ", "text/plain;charset=utf-8",
        "text/plain; charset=us-ascii", "text/plain ; charset=\"iso-8859-1\"", "text/plain;",
        "\ttext/plain\t;\tformat=flowed; charset=utf-8"}) {
    CAPTURE(value);
    CHECK(is_text_plain(value));
  }
}

TEST_CASE("is_text_plain: refused, other or missing types (STS-F09)") {
  for (const char* value :
       {"", " ", ";", "text/html", "text/plain2", "text/plainx; charset=utf-8", "text", "text/",
        "plain", "text /plain", "text/ plain", "text/html; x=text/plain", "text/plain, text/html",
        "application/octet-stream", "text/plain charset=utf-8", "\"text/plain\"", "text/*"}) {
    CAPTURE(value);
    CHECK_FALSE(is_text_plain(value));
  }
  CHECK_FALSE(is_text_plain(std::string("text/plain\0", 11)));
}
