#include "base/json.h"

#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "base/text.h"

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

TEST_CASE("what is printed is read back") {
  const Json value = Json::Object{{"a", 1}, {"b", "x\ny\u0001"}, {"c", Json::Array{true, nullptr}}};
  const auto read = Json::parse(value.dump());
  REQUIRE(read.has_value());
  CHECK(read->dump() == value.dump());
  CHECK(*read->find("a")->integer() == 1);
  CHECK(*read->find("b")->string() == "x\ny\u0001");
  CHECK(read->find("c")->array()->size() == 2);
  CHECK(read->find("d") == nullptr);
  CHECK(read->find("a")->find("a") == nullptr);
  CHECK(read->find("a")->string() == nullptr);
  CHECK(Json::parse(" 5 ").value().dump() == "5");
}

TEST_CASE("a number beyond the range of doubles is the largest") {
  const auto read = Json::parse("[1e708,-1e400,0e400]");
  REQUIRE(read.has_value());
  CHECK(read->dump() == "[1.7976931348623157E308,-1.7976931348623157E308,0E0]");
  CHECK(Json::parse(read->dump())->dump() == read->dump());
}

TEST_CASE("what is no JSON is refused with its place") {
  CHECK(Json::parse("").error().code == Errc::syntax);
  CHECK(Json::parse("{\"a\":}").error().detail.starts_with("offset 5: "));
  CHECK(Json::parse("{} {}").error().detail.starts_with("offset 3: "));
  CHECK(Json::parse("{\"a\":1").error().code == Errc::syntax);
  CHECK(Json::parse("{'a':1}").error().code == Errc::syntax);
  CHECK(Json::parse("\"\xff\"").error().code == Errc::syntax);
  CHECK(Json::parse(std::string(17, '[') + std::string(17, ']')).error().code == Errc::syntax);
  CHECK(Json::parse("18446744073709551615").value().integer() == nullptr);
}

TEST_CASE("a value at the front of something else") {
  std::string_view text = " {\"a\":1} behind";
  CHECK(Json::parse_front(text)->dump() == "{\"a\":1}");
  CHECK(trim_blanks(text) == "behind");
  std::string_view cut = "{\"a\":1";
  CHECK(Json::parse_front(cut).error().code == Errc::syntax);
  std::string_view bad = "{,}";
  CHECK(Json::parse_front(bad).error().detail.starts_with("offset 1: "));
  std::string_view nothing;
  CHECK(Json::parse_front(nothing).error().code == Errc::syntax);
  std::string_view number = "12";
  CHECK(*Json::parse_front(number)->integer() == 12);
}

TEST_CASE("names that stand twice in one object (RFC 7493 §2.3)") {
  CHECK(Json::repeated_name(R"({"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]})").empty());
  CHECK(Json::repeated_name(R"({"a":1,"b":{"c":2,"d":3,"c":2}})") == "c");
  CHECK(Json::repeated_name(R"({"a":1,"\u0061":2})") == "a");
  CHECK(Json::repeated_name("[1]").empty());
}

TEST_CASE("types of values") {
  CHECK(*Json::parse("1.5")->real() == 1.5);
  CHECK(Json::parse("1")->real() == nullptr);
  CHECK(Json::parse("null")->is_null());
  CHECK_FALSE(Json::parse("0")->is_null());
}
