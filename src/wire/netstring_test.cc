#include "wire/netstring.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

constexpr std::size_t kLimit = 1000;

// What a reader makes of a stream that arrives in the given pieces: payloads, then "!error" or
// "inside" or nothing.
std::vector<std::string> read_all(const std::vector<std::string>& pieces) {
  NetstringReader reader(kLimit);
  std::vector<std::string> seen;
  for (const auto& piece : pieces) {
    std::string_view input = piece;
    for (;;) {
      const auto next = reader.next(input);
      if (!next) {
        seen.push_back("!" + next.error().detail);
        return seen;
      }
      if (!*next) break;
      seen.emplace_back(**next);
    }
    CHECK(input.empty());
  }
  if (reader.inside()) seen.emplace_back("inside");
  return seen;
}

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE("whole netstrings, one after another") {
  CHECK(read_all({"5:hello,"}) == Seen{"hello"});
  CHECK(read_all({"0:,"}) == Seen{""});
  CHECK(read_all({"1:a,0:,2:bc,"}) == Seen{"a", "", "bc"});
  CHECK(read_all({"3:a,b,"}) == Seen{"a,b"});
  CHECK(read_all({std::string("3:\0\xff\n,", 6)}) == Seen{std::string("\0\xff\n", 3)});
  CHECK(read_all({}) == Seen{});
}

TEST_CASE("a netstring that has not ended yet") {
  for (const char* begin : {"5", "5:", "5:he", "5:hello", "0", "0:"}) {
    CAPTURE(begin);
    CHECK(read_all({begin}) == Seen{"inside"});
  }
  CHECK(read_all({"5:hello,1"}) == Seen{"hello", "inside"});
}

TEST_CASE("malformed streams: the first bad octet is named") {
  CHECK(read_all({"x"}) == Seen{"!offset 0: no length"});
  CHECK(read_all({":,"}) == Seen{"!offset 0: no length"});
  CHECK(read_all({"-1:a,"}) == Seen{"!offset 0: no length"});
  CHECK(read_all({" 1:a,"}) == Seen{"!offset 0: no length"});
  CHECK(read_all({"5hello,"}) == Seen{"!offset 1: no colon"});
  CHECK(read_all({"1 :a,"}) == Seen{"!offset 1: no colon"});
  CHECK(read_all({"05:hello,"}) == Seen{"!offset 1: length with leading zero"});
  CHECK(read_all({"00:,"}) == Seen{"!offset 1: length with leading zero"});
  CHECK(read_all({"2:abc,"}) == Seen{"!offset 4: no comma"});
  CHECK(read_all({"5:hello\n"}) == Seen{"!offset 7: no comma"});
  CHECK(read_all({"1:a,\r\n1:b,"}) == Seen{"a", "!offset 4: no length"});
  CHECK(read_all({"GET / HTTP/1.1\r\n"}) == Seen{"!offset 0: no length"});
}

TEST_CASE("limits: the caller's payload limit, six digits") {
  CHECK(read_all({"1000:" + std::string(1000, 'x') + ","}) == Seen{std::string(1000, 'x')});
  CHECK(read_all({"1001:"}) == Seen{"!offset 3: length over the limit"});
  CHECK(read_all({"99999999999999999999999999:"}) == Seen{"!offset 3: length over the limit"});

  NetstringReader wide(10'000'000);
  std::string_view digits = "9999999:";
  const auto next = wide.next(digits);
  REQUIRE_FALSE(next.has_value());
  CHECK(next.error().code == Errc::too_large);
  CHECK(next.error().detail == "offset 6: length over the limit");
}

TEST_CASE("errors are final") {
  NetstringReader reader(kLimit);
  std::string_view bad = "x";
  CHECK(reader.next(bad).error().detail == "offset 0: no length");
  std::string_view good = "1:a,";
  CHECK(reader.next(good).error().detail == "offset 0: no length");
}

TEST_CASE("inside: only between the first octet and the comma") {
  NetstringReader reader(kLimit);
  CHECK_FALSE(reader.inside());
  for (const char* octet : {"2", ":", "a", "b"}) {
    std::string_view input = octet;
    CHECK_FALSE(reader.next(input).value().has_value());
    CHECK(reader.inside());
  }
  std::string_view comma = ",";
  CHECK(reader.next(comma).value() == "ab");
  CHECK_FALSE(reader.inside());
}

TEST_CASE("a netstring that is whole in the caller's buffer is not copied") {
  const std::string stream = "5:hello,3:abc,";
  NetstringReader reader(kLimit);
  std::string_view input = stream;
  CHECK(reader.next(input).value()->data() == stream.data() + 2);
  CHECK(reader.next(input).value()->data() == stream.data() + 10);
  // The length may have come before.
  const std::string rest = "hello,";
  std::string_view length = "5:";
  CHECK_FALSE(reader.next(length).value().has_value());
  input = rest;
  CHECK(reader.next(input).value()->data() == rest.data());
}

TEST_CASE("every split of a stream in two or three gives the same sequence") {
  const std::vector<std::string> streams = {"5:hello,0:,12:postfix a.de,1:,,10:0123456789,",
                                            "3:abc,07:",
                                            "1:a,2:bcd",
                                            "0:,0:,0:x",
                                            "1:a,1001:",
                                            "2:ab"};
  for (const auto& stream : streams) {
    CAPTURE(stream);
    const Seen whole = read_all({stream});
    for (std::size_t i = 0; i <= stream.size(); ++i) {
      for (std::size_t j = i; j <= stream.size(); ++j) {
        CHECK(read_all({stream.substr(0, i), stream.substr(i, j - i), stream.substr(j)}) == whole);
      }
    }
  }
}

TEST_CASE("random payloads in random pieces come out as they went in") {
  std::mt19937 random(8461);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (int round = 0; round < 200; ++round) {
    Seen payloads;
    std::string stream;
    for (std::size_t n = below(12); n > 0; --n) {
      std::string payload(below(round % 10 == 0 ? kLimit + 1 : 20), '\0');
      for (auto& c : payload) c = static_cast<char>(below(256));
      append_netstring(stream, payload);
      payloads.push_back(payload);
    }
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = 1 + below(below(4) == 0 ? 600 : 5);
      pieces.push_back(stream.substr(at, size));
      at += pieces.back().size();
    }
    CHECK(read_all(pieces) == payloads);
  }
}

TEST_CASE("append_netstring") {
  std::string out = "before";
  append_netstring(out, "");
  append_netstring(out, "OK secure");
  CHECK(out == "before0:,9:OK secure,");
}
