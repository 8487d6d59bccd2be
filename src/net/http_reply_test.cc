#include "net/http_reply.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace strictmx;

namespace {

enum class Last { open, closed, timeout };

HttpFacts read(const std::vector<std::string>& pieces, Last last = Last::closed) {
  HttpReply reply;
  for (const auto& piece : pieces) {
    if (reply.on_octets(piece)) return reply.take();
  }
  if (last == Last::closed) reply.on_closed();
  if (last == Last::timeout) reply.on_timeout();
  return reply.take();
}

std::vector<std::string> one_by_one(std::string_view text) {
  std::vector<std::string> pieces;
  for (const char octet : text) pieces.emplace_back(1, octet);
  return pieces;
}

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

}  // namespace

TEST_CASE("HTTP reply: how it can end") {
  struct Row {
    const char* name;
    std::string text;
    HttpEnd end;
    unsigned status;
    std::string body;
  };
  const Row rows[] = {
      {"a length", kOk + "Content-Length: 5\r\n\r\nhello", HttpEnd::complete, 200, "hello"},
      {"chunks", kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
       HttpEnd::complete, 200, "hello"},
      {"to the end", kOk + "\r\nhello", HttpEnd::complete, 200, "hello"},
      {"an empty body", kOk + "Content-Length: 0\r\n\r\n", HttpEnd::complete, 200, ""},
      {"cut within its length", kOk + "Content-Length: 9\r\n\r\nhello", HttpEnd::truncated, 200,
       "hello"},
      {"cut within a chunk", kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhe", HttpEnd::truncated,
       200, "he"},
      {"a redirect", "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
       HttpEnd::complete, 301, ""},
      {"not found", "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", HttpEnd::complete, 404, "no"},
      {"an interim response",
       "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + kOk + "Content-Length: 2\r\n\r\nok",
       HttpEnd::complete, 200, "ok"},
      {"old HTTP", "HTTP/1.0 200 OK\r\n\r\nold", HttpEnd::complete, 200, "old"},
      {"nothing", "", HttpEnd::closed, 0, ""},
      {"half a head", kOk, HttpEnd::closed, 0, ""},
      {"no HTTP", "220 mx ESMTP\r\n", HttpEnd::protocol, 0, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (const auto& pieces : {std::vector{row.text}, one_by_one(row.text)}) {
      const auto facts = read(pieces);
      CHECK(name_of(facts.end) == name_of(row.end));
      CHECK(facts.status == row.status);
      CHECK(facts.body == row.body);
      CHECK(facts.body_bytes == row.body.size());
      CHECK(facts.is_http_1_0 == row.text.starts_with("HTTP/1.0"));
      CHECK(facts.detail.empty() == (row.end == HttpEnd::complete));
    }
  }
}

TEST_CASE("HTTP reply: fields in lower case and as often as they came") {
  const auto facts = read({kOk + "CONTENT-TYPE: text/html\r\nContent-Length: 0\r\n\r\n"});
  REQUIRE(facts.field("content-type") != nullptr);
  CHECK(*facts.field("content-type") == "text/plain");
  CHECK(facts.count("content-type") == 2);
  const auto trailer = read({kOk + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" +
                             "Content-Type: text/html\r\n\r\n"});
  CHECK(trailer.end == HttpEnd::complete);
  CHECK(trailer.body == "a");
  CHECK(trailer.count("content-type") == 1);
}

TEST_CASE("HTTP reply: limits") {
  const auto length = [](std::size_t octets) {
    return kOk + "Content-Length: " + std::to_string(octets) + "\r\n\r\n" +
           std::string(octets, 'x');
  };
  CHECK(read({length(65537)}).end == HttpEnd::complete);
  CHECK(read({length(65537)}).body_bytes == 65537);
  CHECK(read({length(65538)}).end == HttpEnd::too_large);
  const auto endless = read({kOk + "\r\n", std::string(65000, 'x'), std::string(65000, 'x')});
  CHECK(endless.end == HttpEnd::too_large);
  CHECK(endless.status == 200);
  CHECK(read({"HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x') + "\r\n\r\n"}).end ==
        HttpEnd::too_large);
  CHECK(read(std::vector<std::string>(5, std::string(10000, 'H'))).end != HttpEnd::closed);
  std::string many;
  for (int i = 0; i < 9; ++i) many += "HTTP/1.1 103 Early\r\n\r\n";
  CHECK(read({many + kOk + "Content-Length: 0\r\n\r\n"}).end == HttpEnd::protocol);
}

TEST_CASE("HTTP reply: silence") {
  CHECK(read({kOk}, Last::timeout).end == HttpEnd::timeout);
  const auto half = read({kOk + "Content-Length: 9\r\n\r\nhello"}, Last::timeout);
  CHECK(half.end == HttpEnd::timeout);
  CHECK(half.status == 200);
  CHECK(half.body == "hello");
}
