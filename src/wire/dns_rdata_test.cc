#include "wire/dns_rdata.h"

#include <string>

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

std::string label(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

const std::string kRoot(1, '\0');
const std::string kPreference10("\0\x0a", 2);

}  // namespace

TEST_CASE("parse_txt_rdata joins character-strings without spaces (STS-R03)") {
  CHECK(parse_txt_rdata(label("v=STSv1; id=1;")).value() == "v=STSv1; id=1;");
  CHECK(parse_txt_rdata(label("v=STSv1; i") + label("d=1;")).value() == "v=STSv1; id=1;");
  CHECK(parse_txt_rdata(label("") + label("a") + label("")).value() == "a");
  CHECK(parse_txt_rdata(kRoot).value().empty());
  const std::string full(255, 'x');
  CHECK(parse_txt_rdata(label(full) + label(full)).value() == full + full);
  CHECK(parse_txt_rdata(label(std::string("\0\xff\n", 3))).value() == std::string("\0\xff\n", 3));
}

TEST_CASE("parse_txt_rdata refuses what is cut off (STS-R03)") {
  CHECK(parse_txt_rdata("").error().code == Errc::syntax);
  CHECK(parse_txt_rdata("\x05"
                        "four")
            .error()
            .detail == "offset 0: character-string is cut off");
  CHECK(parse_txt_rdata(label("ok") + "\x01").error().detail ==
        "offset 3: character-string is cut off");
  CHECK(parse_txt_rdata(std::string(65536, '\0')).error().code == Errc::syntax);
  CHECK(parse_txt_rdata(std::string(65535, '\0')).has_value());
}

TEST_CASE("parse_mx_rdata reads preference and name in lower case") {
  const auto mx =
      parse_mx_rdata(kPreference10 + label("MX-1") + label("Example") + label("com") + kRoot);
  REQUIRE(mx.has_value());
  CHECK(mx->preference == 10);
  CHECK(mx->exchange == "mx-1.example.com");
  const auto high = parse_mx_rdata("\xff\xfe" + label("a") + kRoot);
  REQUIRE(high.has_value());
  CHECK(high->preference == 65534);
}

TEST_CASE("parse_mx_rdata: the root is the null MX (STS-D08)") {
  const auto mx = parse_mx_rdata(std::string("\0\0\0", 3));
  REQUIRE(mx.has_value());
  CHECK(mx->preference == 0);
  CHECK(mx->exchange.empty());
}

TEST_CASE("parse_mx_rdata keeps odd but printable names, which are no host names") {
  const auto mx = parse_mx_rdata(kPreference10 + label("_x*y\\") + label("test") + kRoot);
  CHECK(mx.value().exchange == "_x*y\\.test");
}

TEST_CASE("parse_mx_rdata refuses malformed names") {
  const auto refused = [](const std::string& rdata) {
    const auto mx = parse_mx_rdata(rdata);
    return !mx.has_value() && mx.error().code == Errc::syntax &&
           mx.error().detail.starts_with("offset ");
  };
  CHECK(refused(""));
  CHECK(refused(std::string(1, '\0')));
  CHECK(refused(kPreference10));                // no name
  CHECK(refused(kPreference10 + label("mx")));  // no root
  CHECK(refused(kPreference10 + "\x05mx"));     // label cut off
  CHECK(refused(kPreference10 + "\xc0\x0c"));   // compression pointer
  CHECK(refused(kPreference10 + label(std::string(64, 'a')) + kRoot));
  CHECK(refused(kPreference10 + label("mx") + kRoot + "x"));  // octets after it
  CHECK(refused(kPreference10 + label("m.x") + kRoot));       // a dot that is no dot
  CHECK(refused(kPreference10 + label("m x") + kRoot));
  CHECK(refused(kPreference10 + label("m\nx") + kRoot));
  CHECK(refused(kPreference10 + label("m\x7fx") + kRoot));
  CHECK(refused(kPreference10 + label("m\xc3\xbcx") + kRoot));
  CHECK(refused(kPreference10 + label(std::string("m\0x", 3)) + kRoot));
}

TEST_CASE("parse_mx_rdata: a name has at most 255 octets") {
  const std::string three =
      label(std::string(63, 'a')) + label(std::string(63, 'b')) + label(std::string(63, 'c'));
  const auto longest = parse_mx_rdata(kPreference10 + three + label(std::string(61, 'd')) + kRoot);
  REQUIRE(longest.has_value());
  CHECK(longest->exchange.size() == 253);
  CHECK_FALSE(parse_mx_rdata(kPreference10 + three + label(std::string(62, 'd')) + kRoot));
}

TEST_CASE("address RDATA has exactly its size") {
  CHECK(parse_a_rdata("\xc0\x01\x02\x03").value().text() == "192.1.2.3");
  CHECK_FALSE(parse_a_rdata("").has_value());
  CHECK_FALSE(parse_a_rdata("\xc0\x01\x02").has_value());
  CHECK_FALSE(parse_a_rdata("12345").has_value());
  const std::string six = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x01";
  CHECK(parse_aaaa_rdata(six).value().text() == "2001:db8::1");
  CHECK_FALSE(parse_aaaa_rdata(six.substr(1)).has_value());
  CHECK_FALSE(parse_aaaa_rdata(six + "x").has_value());
  CHECK_FALSE(parse_aaaa_rdata("\xc0\x01\x02\x03").has_value());
}

TEST_CASE("parse_txt_strings keeps them apart") {
  CHECK(parse_txt_strings(label("v=STSv1;") + label(" id=1;")).value() ==
        std::vector<std::string>{"v=STSv1;", " id=1;"});
  CHECK(parse_txt_strings(kRoot).value() == std::vector<std::string>{""});
  CHECK_FALSE(parse_txt_strings(""));
  CHECK_FALSE(parse_txt_strings("\x05x"));
}

TEST_CASE("parse_name_rdata reads one name and nothing behind it") {
  CHECK(parse_name_rdata(label("NS1") + label("example") + kRoot).value() == "ns1.example");
  CHECK_FALSE(parse_name_rdata(label("ns1")));
  CHECK_FALSE(parse_name_rdata(label("ns1") + kRoot + "x"));
  CHECK_FALSE(parse_name_rdata(""));
}

TEST_CASE("records of DNSSEC (RFC 4034, RFC 5155)") {
  const auto ds = parse_ds_rdata(std::string("\x12\x34\x0d\x02", 4) + "digest");
  REQUIRE(ds);
  CHECK(ds->tag == 0x1234);
  CHECK(ds->algorithm == 13);
  CHECK(ds->digest_type == 2);
  CHECK_FALSE(parse_ds_rdata(std::string("\x12\x34\x0d\x02", 4)));
  const auto key = parse_dnskey_rdata(std::string("\x01\x01\x03\x08", 4) + "key");
  REQUIRE(key);
  CHECK(key->flags == 257);
  CHECK(key->algorithm == 8);
  CHECK_FALSE(parse_dnskey_rdata("\x01\x01\x03"));
  CHECK(parse_nsec3param_iterations(std::string("\x01\x00\x01\x02\x00", 5)).value() == 258);
  CHECK_FALSE(parse_nsec3param_iterations(std::string("\x01\x00\x01\x02", 4)));
}

TEST_CASE("parse_caa_rdata (RFC 8659)") {
  const auto caa = parse_caa_rdata(std::string("\x80\x05", 2) + "ISSUEca.test; x=1");
  REQUIRE(caa);
  CHECK(caa->flags == 128);
  CHECK(caa->tag == "issue");
  CHECK(caa->value == "ca.test; x=1");
  CHECK(parse_caa_rdata(std::string("\x00\x05", 2) + "issue").value().value.empty());
  CHECK_FALSE(parse_caa_rdata(std::string("\x00\x05", 2) + "iss"));
  CHECK_FALSE(parse_caa_rdata(std::string("\x00\x00", 2) + "x"));
  CHECK_FALSE(parse_caa_rdata("\x01"));
}
