#include "core/ip_address.h"

#include <string>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

struct Row {
  const char* text;
  bool is_public;
  const char* why;
};

// Both ends of every range, and their neighbours outside.
constexpr Row kRows[] = {
    {"0.0.0.0", false, "this network"},
    {"0.255.255.255", false, "this network"},
    {"1.0.0.0", true, "after it"},
    {"9.255.255.255", true, "before 10/8"},
    {"10.0.0.0", false, "private"},
    {"10.255.255.255", false, "private"},
    {"11.0.0.0", true, "after 10/8"},
    {"100.63.255.255", true, "before 100.64/10"},
    {"100.64.0.0", false, "shared"},
    {"100.127.255.255", false, "shared"},
    {"100.128.0.0", true, "after 100.64/10"},
    {"126.255.255.255", true, "before loopback"},
    {"127.0.0.1", false, "loopback"},
    {"127.255.255.255", false, "loopback"},
    {"128.0.0.0", true, "after loopback"},
    {"169.253.255.255", true, "before link-local"},
    {"169.254.169.254", false, "link-local, cloud metadata"},
    {"169.255.0.0", true, "after link-local"},
    {"172.15.255.255", true, "before 172.16/12"},
    {"172.16.0.0", false, "private"},
    {"172.31.255.255", false, "private"},
    {"172.32.0.0", true, "after 172.16/12"},
    {"191.255.255.255", true, "before 192.0.0/24"},
    {"192.0.0.0", false, "protocol assignments"},
    {"192.0.0.170", false, "NAT64 discovery"},
    {"192.0.1.0", true, "between"},
    {"192.0.2.1", false, "documentation"},
    {"192.0.3.0", true, "after it"},
    {"192.31.196.1", true, "AS112, reachable by everyone"},
    {"192.88.98.255", true, "before 6to4 relays"},
    {"192.88.99.1", false, "6to4 relays"},
    {"192.88.100.0", true, "after them"},
    {"192.167.255.255", true, "before 192.168/16"},
    {"192.168.0.0", false, "private"},
    {"192.168.255.255", false, "private"},
    {"192.169.0.0", true, "after 192.168/16"},
    {"198.17.255.255", true, "before benchmarking"},
    {"198.18.0.0", false, "benchmarking"},
    {"198.19.255.255", false, "benchmarking"},
    {"198.20.0.0", true, "after it"},
    {"198.51.100.7", false, "documentation"},
    {"198.51.101.0", true, "after it"},
    {"203.0.113.7", false, "documentation"},
    {"203.0.114.0", true, "after it"},
    {"223.255.255.255", true, "before multicast"},
    {"224.0.0.1", false, "multicast"},
    {"239.255.255.255", false, "multicast"},
    {"240.0.0.0", false, "reserved"},
    {"255.255.255.255", false, "limited broadcast"},
    {"8.8.8.8", true, "ordinary"},

    {"::", false, "unspecified"},
    {"::1", false, "loopback"},
    {"::8.8.8.8", false, "v4-compatible, deprecated"},
    {"::ffff:8.8.8.8", true, "mapped, judged as IPv4"},
    {"::ffff:127.0.0.1", false, "mapped loopback"},
    {"::ffff:10.0.0.1", false, "mapped private"},
    {"::ffff:0:8.8.8.8", false, "translated, RFC 2765"},
    {"64:ff9b::8.8.8.8", true, "NAT64, judged as IPv4"},
    {"64:ff9b::7f00:1", false, "NAT64 loopback"},
    {"64:ff9b::169.254.169.254", false, "NAT64 cloud metadata"},
    {"64:ff9b:0:0:0:1:808:808", false, "beside the NAT64 prefix"},
    {"64:ff9b:1::808:808", false, "NAT64 of local use"},
    {"100::1", false, "discard"},
    {"100:0:0:1::1", false, "dummy prefix"},
    {"1fff:ffff::1", false, "before 2000::/3"},
    {"2000::1", true, "first of global unicast"},
    {"2001::1", false, "Teredo"},
    {"2001:0:808:808::f7f7:f7f7", false, "Teredo of a public client"},
    {"2001:1::1", false, "protocol assignments"},
    {"2001:10::1", false, "ORCHID"},
    {"2001:20::1", false, "ORCHIDv2"},
    {"2001:1ff:ffff::1", false, "last of protocol assignments"},
    {"2001:200::1", true, "after them"},
    {"2001:db7:ffff::1", true, "before documentation"},
    {"2001:db8::1", false, "documentation"},
    {"2001:db8:ffff:ffff::1", false, "documentation"},
    {"2001:db9::1", true, "after it"},
    {"2002:808:808::1", true, "6to4, judged as IPv4"},
    {"2002:7f00:1::1", false, "6to4 loopback"},
    {"2002:a00:1::1", false, "6to4 private"},
    {"2002:c0a8:101::1", false, "6to4 private"},
    {"2003::1", true, "after 6to4"},
    {"2606:4700:4700::1111", true, "ordinary"},
    {"2620:4f:8000::1", true, "AS112, reachable by everyone"},
    {"2a00:1450:4001::1a", true, "ordinary"},
    {"3ffe:ffff::1", true, "before documentation"},
    {"3fff::1", false, "documentation"},
    {"3fff:fff:ffff::1", false, "documentation"},
    {"3fff:1000::1", true, "after it"},
    {"4000::1", false, "not handed out"},
    {"5f00::1", false, "segment routing"},
    {"fc00::1", false, "unique-local"},
    {"fd12:3456::1", false, "unique-local"},
    {"fe80::1", false, "link-local"},
    {"febf:ffff::1", false, "link-local"},
    {"fec0::1", false, "site-local"},
    {"ff02::1", false, "multicast"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false, "multicast"},
};

}  // namespace

TEST_CASE("is_public (STS-F16)") {
  for (const auto& row : kRows) {
    CAPTURE(row.text);
    CAPTURE(row.why);
    CHECK(is_public(address(row.text)) == row.is_public);
  }
}

TEST_CASE("may_connect follows its rule (STS-F16)") {
  CHECK(may_connect(address("8.8.8.8"), AddressRule::public_only));
  CHECK_FALSE(may_connect(address("127.0.0.1"), AddressRule::public_only));
  CHECK(may_connect(address("127.0.0.1"), AddressRule::any));
}

TEST_CASE("of a host's addresses the first few that the rule allows are tried") {
  std::vector<IpAddress> addresses = {address("127.0.0.1")};
  for (char last = '1'; last <= '9'; ++last)
    addresses.push_back(address("8.8.8." + std::string(1, last)));
  const auto tried = addresses_to_try(addresses, AddressRule::public_only);
  REQUIRE(tried.size() == kMaxAddressesTried);
  CHECK(tried.front().text() == "8.8.8.1");
  CHECK(tried.back().text() == "8.8.8.8");
  CHECK(addresses_to_try(addresses, AddressRule::any).front().text() == "127.0.0.1");
  CHECK(addresses_to_try({}, AddressRule::any).empty());
}

TEST_CASE("parse and text: RFC 5952 form") {
  CHECK(address("192.0.2.1").text() == "192.0.2.1");
  CHECK(address("2001:DB8:0:0:0:0:0:1").text() == "2001:db8::1");
  CHECK(address("2001:db8:0:1:1:1:1:1").text() == "2001:db8:0:1:1:1:1:1");
  CHECK(address("2001:0:0:1:0:0:0:1").text() == "2001:0:0:1::1");
  CHECK(address("::").text() == "::");
  CHECK(address("::ffff:192.0.2.1").text() == "::ffff:192.0.2.1");
  CHECK(address("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255").text() ==
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST_CASE("parse refuses everything else") {
  for (const char* text : {"",           " ",
                           "1.2.3",      "1.2.3.4.5",
                           "1.2.3.256",  "01.2.3.4",
                           "1.2.3.4 ",   " 1.2.3.4",
                           "0x7f.0.0.1", "2130706433",
                           "1.2.3.-4",   ":::",
                           "1::2::3",    "fe80::1%eth0",
                           "[::1]",      "::1/128",
                           "12345::",    "g::",
                           "localhost",  "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2550"}) {
    CAPTURE(text);
    CHECK(IpAddress::parse(text).error().code == Errc::syntax);
  }
  CHECK_FALSE(IpAddress::parse(std::string("1.2.3.4\0", 8)).has_value());
}

TEST_CASE("families are apart and octets are kept") {
  const auto four = IpAddress::v4({192, 0, 2, 1});
  CHECK(four.is_v4());
  CHECK(four == address("192.0.2.1"));
  CHECK(four.octets()[3] == 1);
  CHECK(four.octets()[4] == 0);
  CHECK(four != address("::ffff:192.0.2.1"));
  CHECK(IpAddress::v6({0xc0, 0, 2, 1}) != four);
  CHECK_FALSE(address("::").is_v4());
}
