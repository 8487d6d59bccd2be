#include "wire/gzip.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

const std::string kText = "{\"a\":\"" + std::string(100000, 'x') + "\"}";

// A ZIP archive of one file, made by hand.
std::string zip(std::string_view method, std::string_view body, std::size_t size) {
  std::string out("PK\x03\x04\x14\0\0\0", 8);
  out += method;
  out += std::string(8, '\0');  // time, date, checksum
  for (std::size_t shift = 0; shift < 32; shift += 8) out += static_cast<char>(size >> shift & 255);
  out += std::string(4, '\0');
  out += std::string("\x05\0\x02\0", 4);
  return out + "a.txt" + "ex" + std::string(body);
}

constexpr std::string_view kStored("\0\0", 2);
constexpr std::string_view kDeflated("\x08\0", 2);

}  // namespace

TEST_CASE("what is packed is unpacked, equal input gives equal octets") {
  const auto packed = gzip(kText);
  REQUIRE(packed.has_value());
  CHECK(packed->size() < 300);
  CHECK(*packed == *gzip(kText));
  CHECK(*gunzip(*packed, kText.size()) == kText);
  CHECK(*gunzip(*gzip(""), 0) == "");
}

TEST_CASE("never more than the limit is unpacked") {
  const auto packed = *gzip(kText);
  CHECK(gunzip(packed, kText.size() - 1).error().code == Errc::too_large);
  CHECK(gunzip(packed, 0).error().code == Errc::too_large);
  CHECK(gunzip(packed + packed, kText.size() * 2 - 1).error().code == Errc::too_large);
}

TEST_CASE("several members, and octets behind the last (RFC 1952 §2.2)") {
  const auto packed = *gzip("ab");
  CHECK(*gunzip(packed + packed, 4) == "abab");
  CHECK(*gunzip(packed + "rest", 4) == "ab");
}

TEST_CASE("each cut and each changed octet is an error or leaves the text as it was") {
  const auto packed = *gzip("abcabcabc");
  for (std::size_t i = 0; i < packed.size(); ++i) {
    CAPTURE(i);
    CHECK_FALSE(gunzip(packed.substr(0, i), 100).has_value());
    auto changed = packed;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    const auto read = gunzip(changed, 100);
    if (read) CHECK(*read == "abcabcabc");  // time and system stand in the header too
  }
  CHECK(gunzip("abc", 100).error().code == Errc::syntax);
}

TEST_CASE("the first file of a ZIP archive") {
  const auto deflated = gzip(kText)->substr(10, gzip(kText)->size() - 18);
  CHECK(*unzip_first(zip(kDeflated, deflated, deflated.size()), kText.size()) == kText);
  CHECK(unzip_first(zip(kDeflated, deflated, deflated.size()), 99).error().code == Errc::too_large);
  CHECK(*unzip_first(zip(kStored, "abcREST", 3), 3) == "abc");
  CHECK(unzip_first(zip(kStored, "abc", 3), 2).error().code == Errc::too_large);
  CHECK(unzip_first(zip(kStored, "abc", 4), 10).error().code == Errc::syntax);
  CHECK(unzip_first(zip(std::string_view("\x09\0", 2), "abc", 3), 9).error().code ==
        Errc::unsupported);
  CHECK(unzip_first("PK\x03\x04", 9).error().code == Errc::syntax);
  CHECK(unzip_first(zip(kStored, "", 0).substr(0, 33), 9).error().code == Errc::syntax);
}
