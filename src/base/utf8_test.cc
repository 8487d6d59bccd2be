#include "base/utf8.h"

#include <doctest/doctest.h>

#include "base/base64.h"

using namespace strictmx;

TEST_CASE("to_utf8 keeps characters and replaces other octets") {
  CHECK(to_utf8("a\xc3\xa4") == "a\xc3\xa4");
  CHECK(to_utf8("\xff"
                "a\xc3") ==
        "\xef\xbf\xbd"
        "a\xef\xbf\xbd");
  CHECK(to_utf8("").empty());
}

TEST_CASE("base64 (RFC 4648 §10) and its lines in a mail (RFC 2045 §6.8)") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfd") == "//79");
  CHECK(base64_lines(std::string(57, 'a')).size() == 78);
  CHECK(base64_lines(std::string(58, 'a')).substr(76) == "\r\nYQ==\r\n");
  CHECK(base64_lines("").empty());
}
