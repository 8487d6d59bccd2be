#include "core/report/dkim.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("relaxed header canonicalization (RFC 6376 §3.4.5)") {
  CHECK(relaxed_field("A: X") == "a:X");
  CHECK(relaxed_field("B : Y\t\r\n\tZ  ") == "b:Y Z");
  CHECK(relaxed_field("Subject:  a \t b\r\n  c") == "subject:a b c");
  CHECK(relaxed_field("X:") == "x:");
}

TEST_CASE("relaxed body canonicalization (RFC 6376 §3.4.5)") {
  CHECK(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n");
  CHECK(relaxed_body("").empty());
  CHECK(relaxed_body("\r\n\r\n").empty());
  CHECK(relaxed_body("a") == "a\r\n");
  CHECK(relaxed_body("a\r\n\r\nb\r\n") == "a\r\n\r\nb\r\n");
  CHECK(relaxed_body("a\r\n \t\r\n") == "a\r\n");
}

TEST_CASE("a mail in its parts") {
  const auto parts = split_mail("A: 1\r\nB: 2\r\n\t3\r\n\r\nbody\r\n");
  REQUIRE(parts.fields.size() == 2);
  CHECK(parts.fields[1] == "B: 2\r\n\t3");
  CHECK(parts.body == "body\r\n");
  CHECK(split_mail("A: 1").fields.size() == 1);
  CHECK(split_mail("\r\nx").fields.empty());
}

TEST_CASE("fields are taken from the bottom, absent ones add nothing (RFC 6376 §5.4.2)") {
  const std::vector<MailField> fields = {"A: 1", "B: 2", "A: 3"};
  const std::vector<std::string> names = {"a", "A", "a", "b", "c"};
  CHECK(dkim_signed_text(fields, names, "DKIM-Signature: b=") ==
        "a:3\r\na:1\r\nb:2\r\ndkim-signature:b=");
}

TEST_CASE("selectors") {
  CHECK(is_dkim_selector("s1"));
  CHECK(is_dkim_selector("2026.tlsrpt"));
  CHECK_FALSE(is_dkim_selector(""));
  CHECK_FALSE(is_dkim_selector("a b"));
  CHECK_FALSE(is_dkim_selector("a;b"));
  CHECK_FALSE(is_dkim_selector("a_b"));
}

TEST_CASE("the field in short lines") {
  const std::vector<std::string> names(20, "TLS-Report-Domain");
  const auto field = format_dkim_field({*Domain::parse("sender.example"), "s1"}, "rsa-sha256", 7,
                                       names, "aGFzaA==");
  CHECK(
      field.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                        " d=sender.example;\r\n s=s1; t=7;\r\n h=TLS-Report-Domain:"));
  CHECK(field.ends_with(";\r\n bh=aGFzaA==;\r\n b="));
  std::size_t line = 0;
  for (const char c : field) {
    line = c == '\n' ? 0 : line + 1;
    CHECK(line <= 79);
  }
}
