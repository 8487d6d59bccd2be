#include "wire/socketmap.h"

#include <string>

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("map and key are what stands before and after the first blank") {
  const auto query = parse_socketmap_query("postfix example.com").value();
  CHECK(query.map == "postfix");
  CHECK(query.key == "example.com");

  const auto blanks = parse_socketmap_query("postfix  a b ").value();
  CHECK(blanks.map == "postfix");
  CHECK(blanks.key == " a b ");

  const auto empty = parse_socketmap_query("postfix ").value();
  CHECK(empty.map == "postfix");
  CHECK(empty.key.empty());

  const std::string octets("m \0\xff\n", 5);
  CHECK(parse_socketmap_query(octets).value().key == std::string_view(octets).substr(2));
}

TEST_CASE("a query without blank or without a map's name is malformed") {
  for (const char* payload : {"", "postfix", "postfix\texample.com", " example.com", " "}) {
    CAPTURE(payload);
    CHECK(parse_socketmap_query(payload).error().code == Errc::syntax);
  }
}
