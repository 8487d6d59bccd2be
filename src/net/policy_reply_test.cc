#include "net/policy_reply.h"

#include <doctest/doctest.h>

#include <string>

namespace strictmx {
namespace {

// How an answer of these octets ends that comes in pieces of `piece` octets.
FetchOutcome outcome_of(std::string_view octets, std::size_t piece, bool on_purpose) {
  PolicyReply reply;
  for (std::size_t at = 0; at < octets.size(); at += piece) {
    if (reply.on_octets(octets.substr(at, piece))) return reply.take();
  }
  reply.on_end(on_purpose);
  return reply.take();
}

struct Row {
  std::string_view name;
  std::string octets;
  FetchStatus status;
  std::string_view text;  // body, or what the detail has
  bool on_purpose = true;
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

TEST_CASE("STS-F15 policy reply: the same however the octets are cut") {
  const Row rows[] = {
      {"length", kOk + "Content-Length: 5\r\n\r\nhello", FetchStatus::ok, "hello"},
      {"length, more behind it", kOk + "Content-Length: 5\r\n\r\nhelloX", FetchStatus::ok, "hello"},
      {"length 0", kOk + "Content-Length: 0\r\n\r\n", FetchStatus::ok, ""},
      {"chunks", kOk + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
       FetchStatus::ok, "hello"},
      {"chunks with a trailer",
       kOk + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nContent-Type: x/y\r\n\r\n",
       FetchStatus::ok, "hello"},
      {"until the end", kOk + "\r\nhello", FetchStatus::ok, "hello"},
      {"until an end that somebody else may have made", kOk + "\r\nhello", FetchStatus::truncated,
       "close_notify", false},
      {"interim first", "HTTP/1.1 103 Early\r\nContent-Length: 9\r\n\r\n" + kOk + "\r\nhello",
       FetchStatus::ok, "hello"},
      {"too short", kOk + "Content-Length: 6\r\n\r\nhello", FetchStatus::truncated, "body"},
      {"nothing", "", FetchStatus::truncated, "head"},
      {"half a head", "HTTP/1.1 200 OK\r\nConte", FetchStatus::truncated, "head"},
      {"another protocol", "220 mail.example.com ESMTP\r\n", FetchStatus::protocol_error,
       "not HTTP"},
      {"a switch of protocols", "HTTP/1.1 101 Ok\r\nUpgrade: x\r\n\r\n",
       FetchStatus::protocol_error, "http-101"},
      {"two lengths", kOk + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
       FetchStatus::protocol_error, "HTTP: "},
      {"length and chunks",
       kOk + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       FetchStatus::protocol_error, "HTTP: "},
      {"a control character in a field", "HTTP/1.1 200 OK\r\nContent-Type: text/\x1b[31m\r\n\r\nx",
       FetchStatus::protocol_error, "HTTP: "},
      {"404 that announces too much", "HTTP/1.1 404 No\r\nContent-Length: 99999999\r\n\r\n",
       FetchStatus::http_status, "http-404"},
      {"200 that announces too much", kOk + "Content-Length: 65537\r\n\r\n", FetchStatus::too_large,
       "body over"},
      {"redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 5\r\n\r\nhello",
       FetchStatus::redirected, "http-302"},
      {"no type", "HTTP/1.1 200 OK\r\n\r\nhello", FetchStatus::media_type, "no media type"},
      {"coding", kOk + "Content-Encoding: gzip\r\n\r\nhello", FetchStatus::media_type, "gzip"},
      {"codings, all empty", kOk + "Content-Encoding: \r\nContent-Encoding:\r\n\r\nhello",
       FetchStatus::ok, "hello"},
      {"a coding among empty ones",
       kOk + "Content-Encoding:\r\nContent-Encoding: gzip\r\nContent-Encoding:\r\n\r\nhello",
       FetchStatus::media_type, "\"gzip\""},
      {"chunks of HTTP/1.0",
       "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       FetchStatus::protocol_error, "transfer coding"},
  };
  for (const auto& row : rows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
      CAPTURE(row.name);
      CAPTURE(piece);
      const FetchOutcome outcome = outcome_of(row.octets, piece, row.on_purpose);
      CAPTURE(outcome.detail);
      CHECK(name_of(outcome.status) == name_of(row.status));
      if (outcome.status == FetchStatus::ok) {
        CHECK(outcome.body == row.text);
        CHECK(outcome.detail.empty());
      } else {
        CHECK(outcome.detail.find(row.text) != std::string::npos);
        CHECK(outcome.body.empty());
      }
    }
  }
}

TEST_CASE("STS-F10 policy reply: whatever is endless ends") {
  struct Endless {
    std::string_view name;
    std::string begin;
    std::string again;
    FetchStatus status;
  };
  const Endless rows[] = {
      {"header line", "HTTP/1.1 200 OK\r\nX: ", "xxxxxxxx", FetchStatus::too_large},
      {"header fields", "HTTP/1.1 200 OK\r\n", "X: y\r\n", FetchStatus::too_large},
      {"interim responses", "", "HTTP/1.1 103 Early\r\n\r\n", FetchStatus::protocol_error},
      {"large interim responses", "",
       "HTTP/1.1 103 Early\r\nX: " + std::string(4000, 'x') + "\r\n\r\n", FetchStatus::too_large},
      {"body", kOk + "\r\n", "xxxxxxxx", FetchStatus::too_large},
      {"chunks", kOk + "Transfer-Encoding: chunked\r\n\r\n", "4\r\nxxxx\r\n",
       FetchStatus::too_large},
      {"chunk size", kOk + "Transfer-Encoding: chunked\r\n\r\n", "00000000",
       FetchStatus::protocol_error},
      {"chunk extension", kOk + "Transfer-Encoding: chunked\r\n\r\n1;x=", "yyyyyyyy",
       FetchStatus::protocol_error},
      {"trailer", kOk + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: yyyyy\r\n",
       FetchStatus::protocol_error},
      {"no HTTP", "", "xxxxxxxx", FetchStatus::protocol_error},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    PolicyReply reply;
    std::size_t octets = row.begin.size();
    bool ended = !row.begin.empty() && reply.on_octets(row.begin);
    for (; !ended && octets < 200000; octets += row.again.size())
      ended = reply.on_octets(row.again);
    REQUIRE(ended);
    const FetchOutcome outcome = reply.take();
    CAPTURE(outcome.detail);
    CHECK(name_of(outcome.status) == name_of(row.status));
  }
}

}  // namespace
}  // namespace strictmx
