#include "wire/smtp_reply.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace strictmx;

namespace {

std::string print(const SmtpReply& reply) {
  std::string out = std::to_string(reply.code);
  for (const auto& line : reply.lines) out += "|" + line;
  for (const auto defect : reply.defects) out += fmt::format(" !{}", name_of(defect));
  return out;
}

using Seen = std::vector<std::string>;

// What a reader makes of a stream that arrives in the given pieces: replies, then "!error" or
// "inside" or nothing.
Seen read_all(const std::vector<std::string>& pieces) {
  SmtpReplyReader reader;
  Seen seen;
  for (const auto& piece : pieces) {
    std::string_view input = piece;
    for (;;) {
      const auto next = reader.next(input);
      if (!next) {
        seen.push_back("!" + next.error().detail);
        return seen;
      }
      if (!*next) break;
      seen.push_back(print(**next));
    }
    CHECK(input.empty());
  }
  if (reader.inside()) seen.emplace_back("inside");
  return seen;
}

Seen one_by_one(std::string_view stream) {
  std::vector<std::string> pieces;
  for (const char octet : stream) pieces.emplace_back(1, octet);
  return read_all(pieces);
}

}  // namespace

TEST_CASE("replies, whole and octet by octet") {
  struct Row {
    const char* name;
    std::string stream;
    Seen seen;
  };
  const Row rows[] = {
      {"one line", "220 mx ESMTP\r\n", {"220|mx ESMTP"}},
      {"several lines", "250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n", {"250|mx|SIZE 1|STARTTLS"}},
      {"two replies", "250 a\r\n221 b\r\n", {"250|a", "221|b"}},
      {"not ended", "250-mx\r\n250 STAR", {"inside"}},
      {"ended but for LF", "250 mx\r", {"inside"}},
      {"empty text behind the blank", "250 \r\n", {"250|"}},
      {"no text", "250\r\n", {"250| !no_text"}},
      {"no text in the middle", "250-\r\n250 x\r\n", {"250||x"}},
      {"a tab in place of the blank", "250\tx\r\n", {"250|x"}},
      {"LF alone", "250 x\n", {"250|x !bare_lf"}},
      {"a defect is noted once", "250-x\n250 y\n", {"250|x|y !bare_lf"}},
      {"CR inside", "250 a\rb\r\n", {"250|a\rb !bare_cr"}},
      {"octets over 7F", "250 \xc3\xa9\r\n", {"250|\xc3\xa9 !not_ascii"}},
      {"the last code counts", "250-a\r\n550 b\r\n", {"550|a|b !code_changes"}},
      {"defects stay with their reply", "250 a\n250 b\r\n", {"250|a !bare_lf", "250|b"}},
      {"no code", "HTTP/1.1 400 Bad Request\r\n", {"!offset 0: no reply code"}},
      {"an empty line", "\r\n", {"!offset 0: no reply code"}},
      {"code of 1xx", "100 x\r\n", {"!offset 0: no reply code"}},
      {"code of 6xx", "600 x\r\n", {"!offset 0: no reply code"}},
      {"two digits", "25 x\r\n", {"!offset 0: no reply code"}},
      {"four digits",
       "250 a\r\n2500 x\r\n",
       {"250|a", "!offset 7: neither blank nor hyphen behind the code"}},
      {"middleware's stars", "220 ****2******\r\n", {"220|****2******"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(read_all({row.stream}) == row.seen);
    CHECK(one_by_one(row.stream) == row.seen);
  }
  CHECK(read_all({std::string("250 a\0b\r\n", 9)}) == Seen{std::string("250|a\0b !nul", 12)});
}

TEST_CASE("what stands behind a reply stays in the input") {
  SmtpReplyReader reader;
  std::string_view input = "220 go\r\n\x16\x03";
  const auto reply = reader.next(input);
  REQUIRE(reply);
  REQUIRE(*reply);
  CHECK((**reply).code == 220);
  CHECK(input == "\x16\x03");
}

TEST_CASE("limits of lines and replies") {
  const auto line = [](std::size_t octets) {
    return "250 " + std::string(octets - 6, 'a') + "\r\n";
  };
  CHECK(read_all({line(512)}) == Seen{"250|" + std::string(506, 'a')});
  CHECK(read_all({line(513)}).front().ends_with(" !line_too_long"));
  CHECK(read_all({line(2048)}).front().ends_with(" !line_too_long"));
  CHECK(read_all({line(2049)}) == Seen{"!offset 0: line too long"});
  CHECK(read_all({std::string(2049, '2')}) == Seen{"!offset 0: line too long"});

  const auto lines = [](unsigned count) {
    std::string stream;
    for (unsigned i = 1; i < count; ++i) stream += "250-x\r\n";
    return stream + "250 x\r\n";
  };
  CHECK(read_all({lines(128)}).front().starts_with("250|x|x"));
  CHECK(read_all({lines(129)}) == Seen{"!offset 896: too many lines"});

  std::string big;
  for (unsigned i = 0; i < 32; ++i) big += "250-" + std::string(1018, 'a') + "\r\n";
  CHECK(read_all({big}) == Seen{"inside"});
  CHECK(read_all({big + "2"}) == Seen{"!offset 32768: reply too long"});
  // A whole reply gives its room back.
  CHECK(read_all({lines(128) + lines(128) + big}).back() == "inside");
}

TEST_CASE("after an error nothing is read any more") {
  SmtpReplyReader reader;
  std::string_view input = "x\r\n250 ok\r\n";
  CHECK_FALSE(reader.next(input));
  std::string_view good = "250 ok\r\n";
  CHECK_FALSE(reader.next(good));
}
