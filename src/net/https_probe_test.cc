#include "net/https_probe.h"

#include <doctest/doctest.h>

#include "net/test_support.h"
#include "tls/test_tls_server.h"

namespace strictmx {
namespace {

using test::Ending;
using test::Greeting;
using test::make_certificate;
using test::TlsScript;
using test::TlsServer;

const test::Certificate& root() {
  static const auto made = test::make_authority();
  return made;
}
const test::Certificate& good() {
  static const auto made = make_certificate({.san = "DNS:mta-sts.a.test"}, &root());
  return made;
}

ChainReader reader() {
  const test::TempDir folder;
  test::write_pem(folder.path() / "ca.pem", root());
  return ChainReader(*TrustStore::load(folder.path() / "ca.pem"));
}

PolicyAddressFacts probe(std::uint16_t port, HttpsAgent agent = HttpsAgent::sender,
                         Millis patience = Millis(8000)) {
  asio::io_context io;
  const SystemClock clock;
  auto chains = reader();
  auto made = HttpsProbe::create(io, chains, clock, {.port = port, .addresses = AddressRule::any});
  REQUIRE(made);
  HttpsTarget target{.host = "mta-sts.a.test", .address = *IpAddress::parse("127.0.0.1")};
  target.agent = agent;
  auto facts = test::run_task(io, (*made)->probe(std::move(target), test::in(patience)));
  REQUIRE(facts);
  return *std::move(facts);
}

TlsScript says(std::string text) { return {.certificate = &good(), .pieces = {{std::move(text)}}}; }

const std::string kOk =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

}  // namespace

TEST_CASE("HTTPS probe: a good policy host") {
  TlsServer server(says(kOk));
  const auto facts = probe(server.port());
  CHECK(facts.connect.status == ConnectStatus::connected);
  CHECK(facts.tls.status == HandshakeStatus::done);
  CHECK(facts.tls.alpn == "http/1.1");
  CHECK(facts.tls.chain.status == ChainStatus::ok);
  CHECK(facts.http.end == HttpEnd::complete);
  CHECK(facts.http.status == 200);
  CHECK(facts.http.body == "hello");
  CHECK_FALSE(facts.any_tls);
  const auto seen = server.seen_after(1).at(0);
  CHECK(seen.server_name == "mta-sts.a.test");
  CHECK(seen.request ==
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.a.test\r\nUser-Agent: strictmx\r\n"
        "Accept: text/plain\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n");
}

TEST_CASE("HTTPS probe: who asks") {
  TlsServer server(says(kOk));
  CHECK(probe(server.port(), HttpsAgent::browser).http.status == 200);
  CHECK(server.seen_after(1).at(0).request.find("Mozilla/") != std::string::npos);
  const auto silent = probe(server.port(), HttpsAgent::silent);
  CHECK(silent.tls.status == HandshakeStatus::done);
  CHECK(silent.http.end == HttpEnd::not_tried);
  CHECK(server.seen_after(2).at(1).request.empty());
}

TEST_CASE("HTTPS probe: it goes on where a sender stops") {
  const auto other = make_certificate({.san = "DNS:www.test"}, nullptr);
  TlsServer server({.certificate = &other,
                    .pieces = {{"HTTP/1.1 302 Found\r\nLocation: https://www.test/\r\n"
                                "Content-Length: 0\r\n\r\n"}}});
  const auto facts = probe(server.port());
  CHECK(facts.tls.chain.status == ChainStatus::self_signed);
  CHECK(facts.http.end == HttpEnd::complete);
  CHECK(facts.http.status == 302);
  REQUIRE(facts.http.field("location") != nullptr);
  CHECK(*facts.http.field("location") == "https://www.test/");
  CHECK(server.connections() == 1);
}

TEST_CASE("HTTPS probe: servers that fail") {
  struct Row {
    const char* name;
    TlsScript script;
    HttpEnd end;
    HandshakeStatus tls;
  };
  const Row rows[] = {
      {"no certificate", {}, HttpEnd::tls_failed, HandshakeStatus::alert},
      {"old TLS only",
       {.certificate = &good(), .max_version = TLS1_1_VERSION},
       HttpEnd::tls_failed,
       HandshakeStatus::alert},
      {"closes at once",
       {.greeting = Greeting::close_at_once},
       HttpEnd::tls_failed,
       HandshakeStatus::closed},
      {"no TLS", {.greeting = Greeting::plain_text}, HttpEnd::tls_failed, HandshakeStatus::not_tls},
      {"no answer", {.certificate = &good()}, HttpEnd::closed, HandshakeStatus::done},
      {"a cut answer", says(kOk.substr(0, kOk.size() - 1)), HttpEnd::truncated,
       HandshakeStatus::done},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TlsServer server(row.script);
    const auto facts = probe(server.port());
    CHECK(name_of(facts.http.end) == name_of(row.end));
    CHECK(name_of(facts.tls.status) == name_of(row.tls));
    CHECK(facts.any_tls.has_value() == (row.tls != HandshakeStatus::done));
  }
}

TEST_CASE("HTTPS probe: old TLS is looked at") {
  const TlsServer server({.certificate = &good(), .max_version = TLS1_1_VERSION});
  const auto facts = probe(server.port());
  REQUIRE(facts.any_tls);
  CHECK(facts.any_tls->version == TlsVersion::tls11);
  CHECK(facts.any_tls->chain.sent_count == 1);
}

TEST_CASE("HTTPS probe: silence costs the deadline and no more") {
  const TlsServer mute({.certificate = &good(), .ending = Ending::hold});
  CHECK(probe(mute.port(), HttpsAgent::sender, Millis(100)).http.end == HttpEnd::timeout);
  const TlsServer stalled({.greeting = Greeting::stall});
  const auto facts = probe(stalled.port(), HttpsAgent::sender, Millis(100));
  CHECK(facts.tls.status == HandshakeStatus::timeout);
  CHECK(facts.http.end == HttpEnd::tls_failed);
}

TEST_CASE("HTTPS probe: addresses that strangers must not make us connect to") {
  asio::io_context io;
  const SystemClock clock;
  auto chains = reader();
  const TlsServer server(says(kOk));
  auto made = HttpsProbe::create(io, chains, clock, {.port = server.port()});
  REQUIRE(made);
  HttpsTarget target{.host = "mta-sts.a.test", .address = *IpAddress::parse("127.0.0.1")};
  const auto facts = test::run_task(io, (*made)->probe(std::move(target), test::in(Millis(1000))));
  REQUIRE(facts);
  CHECK(facts->connect.status == ConnectStatus::not_public);
  CHECK(server.connections() == 0);
}

}  // namespace strictmx
