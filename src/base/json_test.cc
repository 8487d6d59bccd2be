#include "base/json.h"

#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE("scalars") {
  CHECK(Json().dump() == "null");
  CHECK(Json(nullptr).dump() == "null");
  CHECK(Json(true).dump() == "true");
  CHECK(Json(false).dump() == "false");
  CHECK(Json(0).dump() == "0");
  CHECK(Json(-5).dump() == "-5");
  CHECK(Json(std::numeric_limits<std::int64_t>::max()).dump() == "9223372036854775807");
  CHECK(Json(std::numeric_limits<std::int64_t>::min()).dump() == "-9223372036854775808");
  CHECK(Json("text").dump() == "\"text\"");
  CHECK(Json(std::string_view("view")).dump() == "\"view\"");
}

TEST_CASE("arrays and objects keep their order, without blanks") {
  CHECK(Json(Json::Array{}).dump() == "[]");
  CHECK(Json(Json::Object{}).dump() == "{}");
  CHECK(Json(Json::Array{1, "b", nullptr, Json::Array{true}}).dump() == "[1,\"b\",null,[true]]");
  CHECK(Json(Json::Object{{"z", 1}, {"a", Json::Object{{"m", "x"}}}}).dump() ==
        R"({"z":1,"a":{"m":"x"}})");
  CHECK(Json::strings({"b", "a"}).dump() == R"(["b","a"])");
  CHECK(Json::strings({}).dump() == "[]");
}

TEST_CASE("strings are escaped (RFC 8259 §7)") {
  CHECK(Json("a\"b\\c").dump() == R"("a\"b\\c")");
  CHECK(Json("\n\r\t\b\f").dump() == R"("\n\r\t\b\f")");
  CHECK(Json(std::string("\0\x1f", 2)).dump() == R"("\u0000\u001f")");
  CHECK(Json(Json::Object{{"a\"b", 1}}).dump() == R"({"a\"b":1})");
}

TEST_CASE("UTF-8 stays, other octets become U+FFFD") {
  CHECK(Json("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80").dump() ==
        "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"");
  CHECK(Json("\xff").dump() == "\"\xef\xbf\xbd\"");
  CHECK(Json("a\xe2\x82").dump() == "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(Json("\xed\xa0\x80z").dump() == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
  CHECK(Json("\xc0\xaf").dump() == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(Json(Json::Object{{"\xff", 1}}).dump() == "{\"\xef\xbf\xbd\":1}");
}

TEST_CASE("doubles") { CHECK(Json(0.5).dump() == "5E-1"); }
