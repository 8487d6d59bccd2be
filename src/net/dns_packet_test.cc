#include "net/dns_packet.h"

#include <doctest/doctest.h>

#include "net/test_dns_server.h"

namespace strictmx {
namespace {

using test::DnsServer;
using test::rr;
using test::u16;
using test::wire_name;

std::string message(const std::vector<std::string>& answer,
                    const std::vector<std::string>& authority = {}, unsigned rcode = 0) {
  std::string out = u16(1) + u16(0x8180 | rcode) + u16(1) +
                    u16(static_cast<unsigned>(answer.size())) +
                    u16(static_cast<unsigned>(authority.size())) + u16(0) + wire_name("q.test") +
                    u16(DnsServer::kMx) + u16(1);
  for (const auto& record : answer) out += record;
  for (const auto& record : authority) out += record;
  return out;
}

Result<DnsPacket> read(std::string_view octets, RrType type = RrType::mx) {
  // A copy of the exact size, so that a sanitizer sees any octet read beyond it.
  const std::vector<unsigned char> exact(octets.begin(), octets.end());
  return read_dns_packet(exact, "q.test", type);
}

TEST_CASE("dns packet: a compressed exchange name is written out") {
  // The question's name stands at offset 12.
  const auto rdata = u16(10) + "\x02mx\xc0\x0c";
  const auto packet = read(message({rr("q.test", DnsServer::kMx, 60, rdata)}));
  REQUIRE(packet.has_value());
  REQUIRE(packet->rdata.size() == 1);
  CHECK(packet->rdata[0] == u16(10) + wire_name("mx.q.test"));
  CHECK(packet->ttl == Seconds(60));
}

TEST_CASE("dns packet: records of other owners, types and classes are not taken") {
  auto chaos = rr("q.test", DnsServer::kMx, 60, u16(1) + wire_name("chaos.test"));
  chaos[wire_name("q.test").size() + 3] = '\x03';
  const auto packet =
      read(message({rr("other.test", DnsServer::kMx, 60, u16(1) + wire_name("x.test")),
                    rr("q.test", DnsServer::kTxt, 60, test::txt_rdata({"x"})), chaos}));
  REQUIRE(packet.has_value());
  CHECK(packet->rdata.empty());
}

TEST_CASE("dns packet: a TTL with the highest bit is zero") {
  const auto packet =
      read(message({rr("q.test", DnsServer::kMx, 0x80000001U, u16(1) + wire_name("x.test"))}));
  REQUIRE(packet.has_value());
  CHECK(packet->ttl == Seconds(0));
}

TEST_CASE("dns packet: aliases in any order, and in a circle") {
  const auto record = rr("c.test", DnsServer::kMx, 60, u16(1) + wire_name("x.test"));
  const auto first = rr("q.test", DnsServer::kCname, 50, wire_name("b.test"));
  const auto second = rr("b.test", DnsServer::kCname, 40, wire_name("c.test"));
  const auto packet = read(message({record, second, first}));
  REQUIRE(packet.has_value());
  CHECK(packet->canonical == "c.test");
  CHECK(packet->rdata.size() == 1);
  CHECK(packet->ttl == Seconds(40));

  const auto back = rr("b.test", DnsServer::kCname, 40, wire_name("q.test"));
  const auto circle = read(message({first, back}));
  REQUIRE(circle.has_value());
  CHECK(circle->rdata.empty());
}

TEST_CASE("dns packet: without SOA there is no negative TTL") {
  const auto packet = read(message({}, {}, 3));
  REQUIRE(packet.has_value());
  CHECK(packet->rcode == 3);
  CHECK(packet->ttl == Seconds(0));
}

TEST_CASE("dns packet: what is cut anywhere is refused, and nothing beyond its end is read") {
  const auto whole = message({rr("q.test", DnsServer::kCname, 50, wire_name("b.test")),
                              rr("b.test", DnsServer::kMx, 60, u16(1) + wire_name("x.test"))},
                             {rr("test", DnsServer::kSoa, 60, test::soa_rdata(30))});
  REQUIRE(read(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read(std::string_view(whole).substr(0, size)).has_value());
  }
}

TEST_CASE("dns packet: any octet changed does no harm") {
  const auto whole = message({rr("q.test", DnsServer::kCname, 50, wire_name("b.test")),
                              rr("b.test", DnsServer::kMx, 60, u16(1) + "\x01x\xc0\x0c")},
                             {rr("test", DnsServer::kSoa, 60, test::soa_rdata(30))});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0, 1, 0x3f, 0x40, 0xc0, 0xff}) {
      auto changed = whole;
      changed[at] = static_cast<char>(value);
      const auto packet = read(changed);
      if (packet) CHECK(packet->rdata.size() <= 1);
    }
  }
}

TEST_CASE("dns packet: a name that points at itself") {
  auto record = rr("q.test", DnsServer::kMx, 60, u16(1) + wire_name("x.test"));
  const auto offset = static_cast<unsigned>(message({}).size());
  record = u16(0xc000U | offset) + record.substr(wire_name("q.test").size());
  CHECK_FALSE(read(message({record})).has_value());
}

std::string rrsig_rdata(unsigned covered, unsigned labels, unsigned expires) {
  return u16(covered) + '\x0d' + static_cast<char>(labels) + test::u32(60) + test::u32(expires) +
         test::u32(1000) + u16(7) + wire_name("test") + "signature";
}

TEST_CASE("dns packet: what signatures say (RFC 4034)") {
  constexpr unsigned kRrsig = 46;
  const auto mx = rr("q.test", DnsServer::kMx, 60, u16(1) + wire_name("x.test"));
  const auto plain =
      read(message({mx, rr("q.test", kRrsig, 60, rrsig_rdata(DnsServer::kMx, 2, 5000))}));
  REQUIRE(plain);
  CHECK(plain->signed_until == WallTime(Seconds(5000)));
  CHECK_FALSE(plain->wildcard);
  CHECK(plain->rdata.size() == 1);
  const auto star =
      read(message({mx, rr("q.test", kRrsig, 60, rrsig_rdata(DnsServer::kMx, 1, 5000))},
                   {rr("a.test", kRrsig, 60, rrsig_rdata(47, 2, 4000))}));
  REQUIRE(star);
  CHECK(star->signed_until == WallTime(Seconds(4000)));
  CHECK(star->wildcard);
  CHECK_FALSE(read(message({mx}))->signed_until);
  CHECK_FALSE(read(message({mx, rr("q.test", kRrsig, 60, "short")}))->signed_until);
}

TEST_CASE("dns packet: the zone of a denial") {
  const auto packet = read(message({}, {rr("Test", DnsServer::kSoa, 60, test::soa_rdata(30))}, 3));
  REQUIRE(packet);
  CHECK(packet->zone == "test");
  CHECK(read(message({}))->zone.empty());
}

TEST_CASE("dns packet: a compressed name server is written out") {
  constexpr unsigned kNs = 2;
  const auto packet = read(message({rr("q.test", kNs, 60, "\x02ns\xc0\x0c")}), RrType::ns);
  REQUIRE(packet);
  CHECK(packet->rdata == std::vector<std::string>{wire_name("ns.q.test")});
}

}  // namespace
}  // namespace strictmx
