#include "net/dns_client.h"

#include <doctest/doctest.h>

#include <fstream>

#include "net/test_dns_server.h"
#include "tls/test_zone_key.h"

namespace strictmx {
namespace {

using test::DnsServer;
using test::rr;
using test::run_task;
using test::txt_rdata;
using test::wire_name;

constexpr Millis kPatience{5000};

struct Bed {
  DnsServer server;
  asio::io_context io{1};
  std::unique_ptr<DnsClient> client;

  explicit Bed(const std::optional<std::filesystem::path>& anchor = {}) {
    DnsOptions options;
    options.forwarders = {server.forwarder()};
    options.trust_anchor = anchor;
    auto made = DnsClient::create(io, options);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    client = std::move(*made);
  }

  TxtAnswer txt(const std::string& name, Millis patience = kPatience) {
    return *run_task(io, client->query_txt(name, test::in(patience)));
  }
  MxAnswer mx(std::string_view name) {
    return *run_task(io, client->query_mx(*Domain::parse(name), test::in(kPatience)));
  }
  AddressAnswer addresses(std::string_view name, Millis patience = kPatience) {
    return *run_task(io, client->query_addresses(*Domain::parse(name), test::in(patience)));
  }
};

std::string soa(unsigned ttl, unsigned minimum) {
  return rr("test", DnsServer::kSoa, ttl, test::soa_rdata(minimum));
}

TEST_CASE("STS-R03 dns client: TXT records, their strings joined") {
  Bed bed;
  bed.server.set("_mta-sts.a.test", DnsServer::kTxt,
                 {.answer = {rr("_mta-sts.a.test", DnsServer::kTxt, 600,
                                txt_rdata({"v=STSv1; ", "id=1", ";"})),
                             rr("_mta-sts.a.test", DnsServer::kTxt, 600, txt_rdata({"other"}))}});
  const auto answer = bed.txt("_mta-sts.a.test");
  CHECK(answer.meta.status == DnsStatus::found);
  CHECK(answer.meta.trust == DnsTrust::insecure);
  CHECK(answer.meta.ttl == Seconds(600));
  CHECK(answer.meta.canonical.empty());
  auto records = answer.records;
  std::ranges::sort(records);
  CHECK(records == std::vector<std::string>{"other", "v=STSv1; id=1;"});
}

TEST_CASE("STS-R02 dns client: a CNAME chain is followed and its smallest TTL counts") {
  Bed bed;
  bed.server.set(
      "_mta-sts.b.test", DnsServer::kTxt,
      {.answer = {rr("_mta-sts.b.test", DnsServer::kCname, 60, wire_name("Hop.B.test")),
                  rr("hop.b.test", DnsServer::kCname, 900, wire_name("end.b.test")),
                  rr("end.b.test", DnsServer::kTxt, 600, txt_rdata({"v=STSv1; id=2;"}))}});
  bed.server.set(
      "hop.b.test", DnsServer::kTxt,
      {.answer = {rr("hop.b.test", DnsServer::kCname, 900, wire_name("end.b.test")),
                  rr("end.b.test", DnsServer::kTxt, 600, txt_rdata({"v=STSv1; id=2;"}))}});
  bed.server.set(
      "end.b.test", DnsServer::kTxt,
      {.answer = {rr("end.b.test", DnsServer::kTxt, 600, txt_rdata({"v=STSv1; id=2;"}))}});
  const auto answer = bed.txt("_mta-sts.b.test");
  CHECK(answer.meta.status == DnsStatus::found);
  CHECK(answer.meta.canonical == "end.b.test");
  CHECK(answer.meta.ttl == Seconds(60));
  CHECK(answer.records == std::vector<std::string>{"v=STSv1; id=2;"});
}

TEST_CASE("dns client: a CNAME whose end does not exist") {
  Bed bed;
  bed.server.set(
      "_mta-sts.c.test", DnsServer::kTxt,
      {.answer = {rr("_mta-sts.c.test", DnsServer::kCname, 60, wire_name("gone.c.test"))},
       .authority = {soa(900, 300)},
       .rcode = 3});
  const auto answer = bed.txt("_mta-sts.c.test");
  CHECK(answer.meta.status == DnsStatus::no_name);
  CHECK(answer.meta.canonical == "gone.c.test");
  CHECK(answer.meta.ttl == Seconds(60));
}

TEST_CASE("dns client: names and types that do not exist, with the TTL of their SOA") {
  Bed bed;
  bed.server.set("gone.test", DnsServer::kTxt,
                 {.answer = {}, .authority = {soa(900, 120)}, .rcode = 3});
  const auto gone = bed.txt("gone.test");
  CHECK(gone.meta.status == DnsStatus::no_name);
  CHECK(gone.meta.ttl == Seconds(120));
  CHECK(gone.records.empty());

  bed.server.set("empty.test", DnsServer::kTxt, {.answer = {}, .authority = {soa(77, 300)}});
  const auto empty = bed.txt("empty.test");
  CHECK(empty.meta.status == DnsStatus::no_data);
  CHECK(empty.meta.ttl == Seconds(77));
}

TEST_CASE("dns client: a TTL of weeks counts as a day") {
  Bed bed;
  bed.server.set("long.test", DnsServer::kTxt,
                 {.answer = {rr("long.test", DnsServer::kTxt, 5000000, txt_rdata({"x"}))}});
  CHECK(bed.txt("long.test").meta.ttl == Seconds(86400));
}

TEST_CASE("dns client: the second answer comes from memory") {
  Bed bed;
  bed.server.set("kept.test", DnsServer::kTxt,
                 {.answer = {rr("kept.test", DnsServer::kTxt, 600, txt_rdata({"x"}))}});
  CHECK(bed.txt("kept.test").records.size() == 1);
  CHECK(bed.txt("kept.test").records.size() == 1);
  CHECK(bed.server.asked("kept.test", DnsServer::kTxt) == 1);
}

TEST_CASE("dns client: failures of the server are servfail") {
  Bed bed;
  for (const unsigned rcode : {2U, 5U}) {
    CAPTURE(rcode);
    const auto name = "fail" + std::to_string(rcode) + ".test";
    bed.server.set(name, DnsServer::kTxt, {.answer = {}, .authority = {}, .rcode = rcode});
    const auto answer = bed.txt(name);
    CHECK(answer.meta.status == DnsStatus::servfail);
    CHECK_FALSE(answer.meta.why.empty());
  }
}

TEST_CASE("dns client: a silent server is a timeout at the deadline, and others are not held up") {
  Bed bed;
  bed.server.set("silent.test", DnsServer::kTxt, {.silent = true});
  bed.server.set("good.test", DnsServer::kTxt,
                 {.answer = {rr("good.test", DnsServer::kTxt, 600, txt_rdata({"x"}))}});
  const auto start = std::chrono::steady_clock::now();
  CHECK(bed.txt("silent.test", Millis(150)).meta.status == DnsStatus::timeout);
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(waited >= Millis(150));
  CHECK(waited < Millis(1500));
  CHECK(bed.txt("good.test").meta.status == DnsStatus::found);
}

TEST_CASE("dns client: an answer after the deadline fills the cache") {
  Bed bed;
  bed.server.set(
      "late.test", DnsServer::kTxt,
      {.answer = {rr("late.test", DnsServer::kTxt, 600, txt_rdata({"x"}))}, .delay = Millis(200)});
  CHECK(bed.txt("late.test", Millis(50)).meta.status == DnsStatus::timeout);
  CHECK(bed.txt("late.test").meta.status == DnsStatus::found);
  CHECK(bed.txt("late.test", Millis(50)).meta.status == DnsStatus::found);
}

TEST_CASE("dns client: destroyed with look-ups in flight") {
  asio::io_context io(1);
  DnsServer server;
  server.set("silent.test", DnsServer::kTxt, {.silent = true});
  auto client = DnsClient::create(io, {.forwarders = {server.forwarder()}});
  REQUIRE(client.has_value());
  bool resumed = false;
  asio::co_spawn(io, (*client)->query_txt("silent.test", test::in(Millis(60000))),
                 [&](std::exception_ptr, const TxtAnswer&) { resumed = true; });
  io.poll();
  client->reset();
  CHECK_FALSE(resumed);
}

TEST_CASE("dns client: cancel_all ends what is under way and what comes later") {
  Bed bed;
  bed.server.set("silent.test", DnsServer::kTxt, {.silent = true});
  std::optional<TxtAnswer> answer;
  asio::co_spawn(bed.io, bed.client->query_txt("silent.test", test::in(Millis(60000))),
                 [&](std::exception_ptr, TxtAnswer got) { answer = std::move(got); });
  bed.io.poll();
  bed.client->cancel_all();
  CHECK_FALSE(answer.has_value());
  bed.io.poll();
  REQUIRE(answer.has_value());
  CHECK(answer->meta.status == DnsStatus::timeout);
  CHECK(bed.txt("later.test").meta.status == DnsStatus::timeout);
  CHECK(bed.server.asked("later.test", DnsServer::kTxt) == 0);
}

TEST_CASE("dns client: a cut answer is asked for again over TCP") {
  Bed bed;
  std::vector<std::string> answer;
  for (int i = 0; i < 20; ++i)
    answer.push_back(rr("big.test", DnsServer::kTxt, 600,
                        txt_rdata({std::string(250, 'x') + std::to_string(i)})));
  bed.server.set("big.test", DnsServer::kTxt, {.answer = answer, .only_over_tcp = true});
  const auto got = bed.txt("big.test");
  CHECK(got.meta.status == DnsStatus::found);
  CHECK(got.records.size() == 20);
  CHECK(bed.server.asked("big.test", DnsServer::kTxt) == 2);
}

TEST_CASE("dns client: MX by preference, then name") {
  Bed bed;
  const auto mx = [](unsigned preference, std::string_view host) {
    return rr("a.test", DnsServer::kMx, 300, test::u16(preference) + wire_name(host));
  };
  bed.server.set("a.test", DnsServer::kMx,
                 {.answer = {mx(20, "c.a.test"), mx(10, "B.a.test"), mx(10, "a.a.test")}});
  const auto answer = bed.mx("a.test");
  CHECK(answer.meta.status == DnsStatus::found);
  REQUIRE(answer.hosts.size() == 3);
  CHECK(answer.hosts[0].exchange == "a.a.test");
  CHECK(answer.hosts[1].exchange == "b.a.test");
  CHECK(answer.hosts[2].exchange == "c.a.test");
  CHECK(answer.hosts[2].preference == 20);
}

TEST_CASE("dns client: the null MX, and an MX that cannot be written as text") {
  Bed bed;
  bed.server.set("null.test", DnsServer::kMx,
                 {.answer = {rr("null.test", DnsServer::kMx, 300, test::u16(0) + wire_name(""))}});
  const auto null = bed.mx("null.test");
  CHECK(null.meta.status == DnsStatus::found);
  REQUIRE(null.hosts.size() == 1);
  CHECK(null.hosts[0].exchange.empty());

  const std::string odd = test::u16(5) +
                          "\x03"
                          "a.b"
                          "\x04"
                          "test" +
                          std::string(1, '\0');
  bed.server.set("odd.test", DnsServer::kMx,
                 {.answer = {rr("odd.test", DnsServer::kMx, 300, odd)}});
  const auto only_odd = bed.mx("odd.test");
  CHECK(only_odd.hosts.empty());
  CHECK(only_odd.meta.status == DnsStatus::servfail);
  CHECK(only_odd.meta.why.starts_with("record dropped: "));
}

TEST_CASE("dns client: addresses of both families, interleaved") {
  Bed bed;
  const std::string v6 = IpAddress::parse("2001:db8::7").has_value()
                             ? std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 16)
                             : std::string();
  bed.server.set(
      "h.test", DnsServer::kA,
      {.answer = {rr("h.test", DnsServer::kA, 300, std::string("\xc0\x00\x02\x01", 4)),
                  rr("h.test", DnsServer::kA, 300, std::string("\xc0\x00\x02\x02", 4))}});
  bed.server.set("h.test", DnsServer::kAaaa, {.answer = {rr("h.test", DnsServer::kAaaa, 60, v6)}});
  const auto answer = bed.addresses("h.test");
  CHECK(answer.meta.status == DnsStatus::found);
  CHECK(answer.meta.ttl == Seconds(60));
  REQUIRE(answer.addresses.size() == 3);
  CHECK(answer.addresses[0].text() == "2001:db8::7");
  CHECK(answer.addresses[1].is_v4());
  CHECK(answer.addresses[2].is_v4());
}

TEST_CASE("dns client: what one family's trouble means") {
  Bed bed;
  const test::DnsScript fine{
      .answer = {rr("x.test", DnsServer::kA, 300, std::string("\xc0\x00\x02\x01", 4))}};
  const test::DnsScript broken{.answer = {}, .authority = {}, .rcode = 2};
  const test::DnsScript none{.answer = {}, .authority = {soa(900, 300)}};
  const test::DnsScript silent{.silent = true};
  const auto with = [&](std::string_view name, test::DnsScript v4, test::DnsScript v6) {
    if (!v4.answer.empty())
      v4.answer = {rr(name, DnsServer::kA, 300, std::string("\xc0\x00\x02\x01", 4))};
    bed.server.set(std::string(name), DnsServer::kA, std::move(v4));
    bed.server.set(std::string(name), DnsServer::kAaaa, std::move(v6));
    return bed.addresses(name, Millis(400));
  };
  const auto found = with("one.test", fine, broken);
  CHECK(found.meta.status == DnsStatus::found);
  CHECK(found.addresses.size() == 1);
  const auto half_known = with("two.test", none, broken);
  CHECK(half_known.meta.status == DnsStatus::servfail);
  const auto empty = with("three.test", none, none);
  CHECK(empty.meta.status == DnsStatus::no_data);
  const auto half_silent = with("four.test", fine, silent);
  CHECK(half_silent.meta.status == DnsStatus::found);
  CHECK(half_silent.addresses.size() == 1);
  CHECK(bed.addresses("gone.test").meta.status == DnsStatus::no_name);
}

TEST_CASE("dns client: names that cannot be asked") {
  Bed bed;
  for (const std::string name : {"", "a..test", ".", "a b.test", "a\\.test"}) {
    CAPTURE(name);
    CHECK(bed.txt(name).meta.status == DnsStatus::servfail);
  }
  CHECK(bed.txt(std::string(64, 'x') + ".test").meta.status == DnsStatus::servfail);
}

TEST_CASE("dns client: unsigned answers below a trust anchor are bogus, with a reason") {
  test::TempDir dir;
  const auto anchor = dir.path() / "root.ds";
  std::ofstream(anchor) << ". IN DS 20326 8 2 "
                           "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
  Bed bed(anchor);
  bed.server.set("a.test", DnsServer::kTxt,
                 {.answer = {rr("a.test", DnsServer::kTxt, 600, txt_rdata({"x"}))}});
  const auto answer = bed.txt("a.test");
  CHECK(answer.meta.status == DnsStatus::bogus);
  CHECK(answer.records.empty());
  CHECK_FALSE(answer.meta.why.empty());
}

TEST_CASE("dns client: what a trust anchor proves is secure, what it disproves is bogus") {
  using test::ZoneKey;
  const ZoneKey key;
  test::TempDir dir;
  const auto anchor = dir.path() / "root.key";
  std::ofstream(anchor) << key.anchor();
  Bed bed(anchor);
  const auto dnskey = key.dnskey();
  bed.server.set("", ZoneKey::kDnskey,
                 {.answer = {rr("", ZoneKey::kDnskey, 600, dnskey),
                             rr("", ZoneKey::kRrsig, 600,
                                key.rrsig(wire_name(""), 0, ZoneKey::kDnskey, 600, {dnskey}))}});
  const auto publish = [&](const std::string& name, const std::string& text,
                           const std::string& signed_text) {
    const auto signature =
        key.rrsig(wire_name(name), 2, DnsServer::kTxt, 600, {txt_rdata({signed_text})});
    bed.server.set(name, DnsServer::kTxt,
                   {.answer = {rr(name, DnsServer::kTxt, 600, txt_rdata({text})),
                               rr(name, ZoneKey::kRrsig, 600, signature)}});
  };
  publish("good.test", "true", "true");
  const auto good = bed.txt("good.test");
  CHECK_MESSAGE(good.meta.status == DnsStatus::found, good.meta.why);
  CHECK(good.meta.trust == DnsTrust::secure);
  CHECK(good.records == std::vector<std::string>{"true"});

  publish("forged.test", "false", "true");
  const auto forged = bed.txt("forged.test");
  CHECK(forged.meta.status == DnsStatus::bogus);
  CHECK(forged.meta.trust == DnsTrust::insecure);
  CHECK(forged.records.empty());
  CHECK_FALSE(forged.meta.why.empty());
  const auto again = bed.txt("forged.test");  // from memory
  CHECK(again.meta.status == DnsStatus::bogus);
}

TEST_CASE("DANE-13 dns client: TLSA records of port 25, and an alias by itself") {
  Bed bed;
  std::string record("\x03\x01\x01", 3);
  record += std::string(32, 'x');
  constexpr std::uint16_t kTlsa = 52;
  constexpr std::uint16_t kCname = 5;
  bed.server.set("_25._tcp.mx.example.com", kTlsa,
                 {.answer = {rr("_25._tcp.mx.example.com", kTlsa, 300, record)}});
  bed.server.set("mx.example.com", kCname,
                 {.answer = {rr("mx.example.com", kCname, 300, wire_name("real.example.net"))}});
  const Domain base = Domain::parse("mx.example.com").value();
  const auto found = test::run_task(bed.io, bed.client->query_tlsa(base, test::in(Millis(3000))));
  REQUIRE(found);
  REQUIRE(found->records.size() == 1);
  CHECK(found->records[0].usable());
  CHECK(found->meta.trust == DnsTrust::insecure);
  const auto alias = test::run_task(bed.io, bed.client->query_cname(base, test::in(Millis(3000))));
  REQUIRE(alias);
  CHECK(alias->meta.status == DnsStatus::found);
}

TEST_CASE("dns client: without a trust anchor nothing is secure, signed or not") {
  using test::ZoneKey;
  const ZoneKey key;
  Bed bed;
  bed.server.set("good.test", DnsServer::kTxt,
                 {.answer = {rr("good.test", DnsServer::kTxt, 600, txt_rdata({"true"})),
                             rr("good.test", ZoneKey::kRrsig, 600,
                                key.rrsig(wire_name("good.test"), 2, DnsServer::kTxt, 600,
                                          {txt_rdata({"true"})}))}});
  const auto answer = bed.txt("good.test");
  CHECK(answer.meta.status == DnsStatus::found);
  CHECK(answer.meta.trust == DnsTrust::insecure);
}

TEST_CASE("dns client: options that are refused") {
  test::TempDir dir;
  const auto empty = dir.path() / "empty";
  std::ofstream(empty) << "";
  const auto nonsense = dir.path() / "nonsense";
  std::ofstream(nonsense) << "hello\n";
  const auto broken = dir.path() / "broken";
  std::ofstream(broken) << ". IN DS not a key\n";
  struct Row {
    DnsOptions options;
    Errc code;
    std::string_view word;
  };
  const Row rows[] = {
      {{.forwarders = {"resolver.test"}}, Errc::usage, "resolver.test"},
      {{.forwarders = {"127.0.0.1@0"}}, Errc::usage, "port"},
      {{.forwarders = {"127.0.0.1@99999"}}, Errc::usage, "port"},
      {{.forwarders = {"127.0.0.1:53"}}, Errc::usage, "IP address"},
      {{.forwarders = {"127.0.0.1@53x"}}, Errc::usage, "port"},
      {{.trust_anchor = dir.path() / "absent"}, Errc::io, "absent"},
      {{.trust_anchor = empty}, Errc::io, "empty"},
      {{.trust_anchor = nonsense}, Errc::usage, "no DS or DNSKEY"},
      {{.trust_anchor = broken}, Errc::usage, "broken"},
      {{.root_hints = dir.path() / "absent"}, Errc::io, "absent"},
  };
  asio::io_context io(1);
  for (const auto& row : rows) {
    CAPTURE(row.word);
    const auto client = DnsClient::create(io, row.options);
    REQUIRE_FALSE(client.has_value());
    CHECK(client.error().code == row.code);
    CHECK(client.error().detail.find(row.word) != std::string::npos);
  }
}

}  // namespace
}  // namespace strictmx
