#include "net/dns_stub.h"

#include <doctest/doctest.h>

#include "net/test_dns_server.h"

namespace strictmx {
namespace {

using test::DnsServer;
using test::rr;
using test::run_task;
using test::txt_rdata;
using test::wire_name;
using namespace std::string_literals;

constexpr Millis kPatience{10000};

Result<std::unique_ptr<DnsClient>> make_client(asio::io_context& io,
                                               std::vector<std::string> servers,
                                               RemoteAd remote = RemoteAd::refused) {
  DnsOptions options;
  options.forwarders = std::move(servers);
  options.validation = DnsValidation::trust_ad;
  options.remote = remote;
  return DnsClient::create(io, options);
}

struct Bed {
  DnsServer server;
  asio::io_context io{1};
  std::unique_ptr<DnsClient> client;

  Bed() : Bed(std::vector<std::string>{}) {}
  // `first`: servers before the good one.
  explicit Bed(std::vector<std::string> first) {
    first.push_back(server.forwarder());
    auto made = make_client(io, std::move(first));
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    client = std::move(*made);
  }
  void set_txt(test::DnsScript script) {
    script.answer = {rr("t.test", DnsServer::kTxt, 600, txt_rdata({"true"}))};
    server.set("t.test", DnsServer::kTxt, std::move(script));
  }
  TxtAnswer txt(Millis patience = kPatience) {
    return *run_task(io, client->query_txt("t.test", test::in(patience)));
  }
};

using Lines = std::vector<std::string>;

TEST_CASE("DANE-01 an answer is as secure as the resolver's AD bit says") {
  Bed bed;
  bed.set_txt({.authentic = true});
  const auto secure = bed.txt();
  CHECK(secure.records == Lines{"true"});
  CHECK(secure.meta.status == DnsStatus::found);
  CHECK(secure.meta.trust == DnsTrust::secure);
  CHECK(secure.meta.ttl == Seconds(600));
  bed.set_txt({.authentic = false});
  CHECK(bed.txt().meta.trust == DnsTrust::insecure);
}

TEST_CASE("DANE-02 what does not exist is proven by AD, what fails is a failure") {
  Bed bed;
  bed.server.set("t.test", DnsServer::kTxt,
                 {.authority = {rr("test", DnsServer::kSoa, 900, test::soa_rdata(300))},
                  .rcode = 3,
                  .authentic = true});
  const auto absent = bed.txt();
  CHECK(absent.meta.status == DnsStatus::no_name);
  CHECK(absent.meta.trust == DnsTrust::secure);
  CHECK(absent.meta.ttl == Seconds(300));
  bed.server.set("t.test", DnsServer::kTxt, {.rcode = 2});
  CHECK(bed.txt().meta.status == DnsStatus::servfail);
  bed.server.set("t.test", DnsServer::kTxt,
                 {.additional = {test::extended_error(6, "no signature")}, .rcode = 2});
  const auto bogus = bed.txt();
  CHECK(bogus.meta.status == DnsStatus::bogus);
  CHECK(bogus.meta.why == "rcode 2, extended error 6 no signature");
  bed.server.set("t.test", DnsServer::kTxt,
                 {.additional = {test::extended_error(22, "no reachable authority")}, .rcode = 2});
  CHECK(bed.txt().meta.status == DnsStatus::servfail);
  bed.server.set("t.test", DnsServer::kTxt, {.rcode = 5});
  CHECK(bed.txt().meta.status == DnsStatus::servfail);
}

TEST_CASE("all kinds of questions are asked, and aliases followed") {
  Bed bed;
  bed.server.set("a.test", DnsServer::kMx,
                 {.answer = {rr("a.test", DnsServer::kMx, 60, "\0\x14"s + wire_name("m2.test")),
                             rr("a.test", DnsServer::kMx, 60, "\0\x0a"s + wire_name("m1.test"))},
                  .authentic = true});
  const auto mx =
      *run_task(bed.io, bed.client->query_mx(*Domain::parse("a.test"), test::in(kPatience)));
  REQUIRE(mx.hosts.size() == 2);
  CHECK(mx.hosts[0].exchange == "m1.test");
  CHECK(mx.meta.trust == DnsTrust::secure);

  const std::string alias = rr("m1.test", DnsServer::kCname, 60, wire_name("h.test"));
  bed.server.set("m1.test", DnsServer::kA,
                 {.answer = {alias, rr("h.test", DnsServer::kA, 60, "\xc0\0\2\1"s)}});
  bed.server.set("m1.test", DnsServer::kAaaa, {.rcode = 2});
  const auto addresses = *run_task(
      bed.io, bed.client->query_addresses(*Domain::parse("m1.test"), test::in(kPatience)));
  REQUIRE(addresses.addresses.size() == 1);
  CHECK(addresses.addresses[0].text() == "192.0.2.1");
  CHECK(addresses.meta.canonical == "h.test");

  bed.server.set("m1.test", DnsServer::kCname, {.answer = {alias}, .authentic = true});
  const auto cname =
      *run_task(bed.io, bed.client->query_cname(*Domain::parse("m1.test"), test::in(kPatience)));
  CHECK(cname.meta.status == DnsStatus::found);
  CHECK(cname.meta.trust == DnsTrust::secure);

  bed.server.set("_25._tcp.m1.test", 52,
                 {.answer = {rr("_25._tcp.m1.test", 52, 60, "\3\1\1"s + std::string(32, 'x'))},
                  .authentic = true});
  const auto tlsa =
      *run_task(bed.io, bed.client->query_tlsa(*Domain::parse("m1.test"), test::in(kPatience)));
  CHECK(tlsa.records.size() == 1);
  CHECK(tlsa.meta.trust == DnsTrust::secure);
}

TEST_CASE("replies with another id, another question or garbage are not believed") {
  Bed bed;
  bed.set_txt({.authentic = false, .datagrams = [](const std::string& reply) {
                 auto lie = reply;
                 lie[3] = static_cast<char>(lie[3] | 0x20);  // AD
                 auto wrong_id = lie;
                 wrong_id[0] = static_cast<char>(wrong_id[0] ^ 1);
                 auto wrong_question = lie;
                 wrong_question[13] = 'x';
                 auto query = lie;
                 query[2] = '\1';
                 return Lines{wrong_id, wrong_question,           query, lie.substr(0, 20), "",
                              "x",      std::string(500, '\xff'), reply};
               }});
  const auto answer = bed.txt();
  CHECK(answer.records == Lines{"true"});
  CHECK(answer.meta.trust == DnsTrust::insecure);
  CHECK(bed.server.asked("t.test", DnsServer::kTxt) == 1);
}

TEST_CASE("a reply whose records cannot be read is a failure") {
  Bed bed;
  bed.set_txt({.authentic = true, .datagrams = [](const std::string& reply) {
                 return Lines{reply.substr(0, reply.size() - 3)};
               }});
  CHECK(bed.txt().meta.status == DnsStatus::servfail);
}

TEST_CASE("what is cut short over UDP is asked for over TCP") {
  Bed bed;
  bed.set_txt({.authentic = true, .only_over_tcp = true});
  const auto answer = bed.txt();
  CHECK(answer.records == Lines{"true"});
  CHECK(answer.meta.trust == DnsTrust::secure);
}

TEST_CASE("a server that is silent or refuses leaves the question to the next") {
  DnsServer dead;
  dead.set("t.test", DnsServer::kTxt, {.rcode = 5});
  Bed bed({dead.forwarder()});
  bed.set_txt({});
  CHECK(bed.txt().records == Lines{"true"});
  dead.set("t.test", DnsServer::kTxt, {.silent = true});
  CHECK(bed.txt().records == Lines{"true"});
}

TEST_CASE("a question that was lost is sent again, and the deadline ends it") {
  Bed bed;
  bed.server.set("t.test", DnsServer::kTxt, {.silent = true});
  const auto late = bed.txt(Millis(1500));
  CHECK(late.meta.status == DnsStatus::timeout);
  CHECK(bed.server.asked("t.test", DnsServer::kTxt) == 2);
}

TEST_CASE("stopping ends what is under way and all that comes later") {
  Bed bed;
  bed.server.set("t.test", DnsServer::kTxt, {.silent = true});
  asio::steady_timer soon(bed.io, Millis(50));
  soon.async_wait([&](boost::system::error_code) { bed.client->cancel_all(); });
  const auto begin = std::chrono::steady_clock::now();
  CHECK(bed.txt().meta.status == DnsStatus::timeout);
  CHECK(bed.txt().meta.status == DnsStatus::timeout);
  CHECK(std::chrono::steady_clock::now() - begin < Millis(900));
}

TEST_CASE("DANE-01 an AD bit from another machine is refused unless it is allowed") {
  asio::io_context io;
  CHECK(make_client(io, {"127.0.0.53", "::1"}).has_value());
  const auto remote = make_client(io, {"127.0.0.1", "192.0.2.1@53"});
  REQUIRE(!remote.has_value());
  CHECK(remote.error().code == Errc::usage);
  CHECK(remote.error().detail.starts_with("dns.forward: 192.0.2.1@53 is not on this machine"));
  CHECK(make_client(io, {"192.0.2.1"}, RemoteAd::trusted).has_value());
  CHECK(make_client(io, {}).error().code == Errc::usage);
  CHECK(make_client(io, {"resolver"}).error().code == Errc::usage);
}

}  // namespace
}  // namespace strictmx
