#include "core/report/mail_address.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("addresses that can stand in an envelope and a header as they are (RPT-D06)") {
  struct Row {
    std::string text;
    std::string expect;  // the address, or the code of the error
  };
  const Row rows[] = {
      {"a@example.com", "a@example.com"},
      {"A.b+c=d@EXAMPLE.com", "A.b+c=d@example.com"},
      {"a!b#c{d}@example.com", "a!b#c{d}@example.com"},
      {std::string(64, 'a') + "@example.com", std::string(64, 'a') + "@example.com"},
      {std::string(65, 'a') + "@example.com", "too_large"},
      {"", "syntax"},
      {"a", "syntax"},
      {"@example.com", "syntax"},
      {"a@", "syntax"},
      {"a.@example.com", "syntax"},
      {".a@example.com", "syntax"},
      {"a..b@example.com", "syntax"},
      {"a@b@example.com", "syntax"},
      {"\"a b\"@example.com", "syntax"},
      {"a b@example.com", "syntax"},
      {"a\r\nRCPT@example.com", "syntax"},
      {"<a@example.com>", "syntax"},
      {"\xc3\xa4@example.com", "syntax"},
      {"a@exam_ple.com", "syntax"},
      {"a@[192.0.2.1]", "unsupported"},
      {"a@192.0.2.1", "unsupported"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto address = MailAddress::parse(row.text);
    CHECK((address ? address->text() : std::string(name_of(address.error().code))) == row.expect);
  }
}
