#include "cmd/markup.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("markup: nothing ends an element or turns the direction of writing") {
  struct Row {
    const char* text;
    const char* out;
  };
  for (const auto& row : {Row{"plain text", "plain text"},
                          {"<b a=\"1\" c='2'>&", "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;"},
                          {"]]>", "]]&gt;"},
                          {"a\nb", "a\nb"},
                          {"\x01\r\t\x7f", "\\x01\\x0d\\x09\\x7f"},
                          {"RFC 8461 §3.1", "RFC 8461 §3.1"},
                          {"\xe2\x80\xae", "\\xe2\\x80\\xae"},
                          {"\xc2", "\\xc2"},
                          {"\xff", "\\xff"}}) {
    CAPTURE(row.text);
    CHECK(markup(row.text) == row.out);
  }
}
