#include "wire/dns_message.h"

#include <doctest/doctest.h>

using namespace strictmx;
using namespace std::string_literals;

namespace {

const DnsQuestion kAsked{0x1234, "a.Example", 52};

// Header, question and the rest of a reply to kAsked.
std::string reply(const std::string& flags, const std::string& rest = "",
                  const std::string& counts = "\0\0\0\0\0\0"s) {
  return "\x12\x34"s + flags + "\0\1"s + counts + "\1a\7example\0\0\x34\0\1"s + rest;
}

std::string opt(const std::string& options, const std::string& ttl = "\0\0\0\0"s) {
  return "\0\0\x29\x04\xd0"s + ttl + std::string(1, '\0') + static_cast<char>(options.size()) +
         options;
}

const std::string kOneAdditional = "\0\0\0\0\0\1"s;

}  // namespace

TEST_CASE("DANE-01 a question asks for recursion, for AD and for DNSSEC records") {
  const auto query = format_dns_query(kAsked);
  REQUIRE(query);
  CHECK(*query ==
        "\x12\x34\x01\x20\0\1\0\0\0\0\0\1"
        "\1a\7Example\0\0\x34\0\1"
        "\0\0\x29\x04\xd0\0\0\x80\0\0\0"s);
}

TEST_CASE("names without a wire form are refused") {
  const std::string label(63, 'a');
  CHECK(format_dns_query({1, label + ".example", 1}).has_value());
  for (const std::string& name : {""s, "a..b"s, ".a"s, "a."s, label + "a.example",
                                  label + "." + label + "." + label + "." + std::string(62, 'a')}) {
    CAPTURE(name);
    CHECK(!format_dns_query({1, name, 1}).has_value());
  }
}

TEST_CASE("the head of a reply is read") {
  const auto plain = read_dns_reply_head(reply("\x81\x80"s), kAsked);
  REQUIRE(plain);
  CHECK(plain->rcode == 0);
  CHECK(!plain->truncated);
  CHECK(!plain->authentic);
  CHECK(!plain->extended_error);
  const auto secure = read_dns_reply_head(reply("\x81\xa3"s), kAsked);
  REQUIRE(secure);
  CHECK(secure->authentic);
  CHECK(secure->rcode == 3);
  CHECK(read_dns_reply_head(reply("\x83\x80"s), kAsked)->truncated);
}

TEST_CASE("what is no reply to the question says nothing") {
  const std::string good = reply("\x81\x80"s);
  auto other_id = good;
  other_id[1] = '\x35';
  auto query = good;
  query[2] = '\x01';
  auto notify = good;
  notify[2] = '\xa1';
  auto no_question = good;
  no_question[5] = '\0';
  auto other_name = good;
  other_name[13] = 'b';
  auto other_type = good;
  other_type[other_type.size() - 3] = '\x10';
  auto other_class = good;
  other_class.back() = '\3';
  for (const auto& bad :
       {other_id, query, notify, no_question, other_name, other_type, other_class}) {
    CHECK(!read_dns_reply_head(bad, kAsked));
  }
  for (std::size_t length = 0; length < good.size(); ++length) {
    CHECK(!read_dns_reply_head(good.substr(0, length), kAsked));
  }
}

TEST_CASE("an extended error is found behind other records and options") {
  const std::string record = "\xc0\x0c\0\x34\0\1\0\0\0\1\0\2xy"s;
  const std::string cookie = "\0\x0a\0\2ab"s;
  const std::string error = "\0\x0f\0\7\0\6bogus"s;
  const auto head = read_dns_reply_head(
      reply("\x81\x82"s, record + opt(cookie + error), "\0\1\0\0\0\1"s), kAsked);
  REQUIRE(head);
  CHECK(head->rcode == 2);
  CHECK(head->extended_error == 6U);
  CHECK(head->extended_text == "bogus");
  const auto bad_version =
      read_dns_reply_head(reply("\x81\x80"s, opt("", "\1\0\0\0"s), kOneAdditional), kAsked);
  CHECK(bad_version->rcode == 16);  // BADVERS, RFC 6891 §9
}

TEST_CASE("a reply cut off behind its question is read as far as it goes") {
  const std::string whole = reply("\x81\x82"s, opt("\0\x0f\0\7\0\6bogus"s), kOneAdditional);
  const std::size_t head_bytes = reply("\x81\x82"s).size();
  for (std::size_t length = head_bytes; length < whole.size(); ++length) {
    const auto head = read_dns_reply_head(whole.substr(0, length), kAsked);
    REQUIRE(head);
    CHECK(!head->extended_error);
  }
  CHECK(read_dns_reply_head(whole, kAsked)->extended_error == 6U);
}

TEST_CASE("G-03 the extended errors of DNSSEC are those from 6 to 12") {
  for (unsigned code = 0; code < 30; ++code) CHECK(is_bogus(code) == (code >= 6 && code <= 12));
}
