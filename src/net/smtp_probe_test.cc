#include "net/smtp_probe.h"

#include <doctest/doctest.h>

#include "net/test_support.h"
#include "tls/test_smtp_server.h"

namespace strictmx {
namespace {

using test::Certificate;
using test::make_certificate;
using test::SmtpScript;
using test::SmtpServer;

const Certificate& root() {
  static const auto made = test::make_authority();
  return made;
}
const Certificate& ec_certificate() {
  static const auto made = make_certificate({.san = "DNS:mx.test"}, &root());
  return made;
}
const Certificate& rsa_certificate() {
  static const auto made = make_certificate({.san = "DNS:mx.test", .rsa_bits = 2048}, &root());
  return made;
}

ChainReader reader() {
  const test::TempDir folder;
  test::write_pem(folder.path() / "ca.pem", root());
  return ChainReader(*TrustStore::load(folder.path() / "ca.pem"));
}

SmtpScript good() { return {.certificates = {&ec_certificate()}}; }

SmtpProbeOptions options_for(std::uint16_t port) {
  return {.port = port, .helo_name = "probe.example", .addresses = AddressRule::any};
}

SmtpTarget target() { return {"mx.test", *IpAddress::parse("127.0.0.1")}; }

SmtpAddressFacts probe(const SmtpProbeOptions& options, Millis patience = Millis(8000)) {
  asio::io_context io;
  const SystemClock clock;
  auto chains = reader();
  auto made = SmtpProbe::create(io, chains, clock, options);
  REQUIRE(made);
  auto facts = test::run_task(io, (*made)->probe(target(), test::in(patience)));
  REQUIRE(facts);
  return *std::move(facts);
}

SmtpAddressFacts facts_of(const SmtpScript& script) {
  const SmtpServer server(script);
  return probe(options_for(server.port()));
}

}  // namespace

TEST_CASE("SMTP probe: everything about a good server") {
  SmtpServer server(good());
  const auto facts = probe(options_for(server.port()));
  CHECK(facts.connect.status == ConnectStatus::connected);
  CHECK(facts.dialogue.end == SmtpEnd::complete);
  CHECK(facts.dialogue.stage == SmtpStage::ehlo_again);
  CHECK(facts.dialogue.helo_name == "probe.example");
  const auto& tls = facts.dialogue.tls;
  CHECK(tls.version == TlsVersion::tls13);
  CHECK(tls.chain.status == ChainStatus::ok);
  CHECK(names_host(*tls.chain.leaf(), "mx.test"));
  CHECK(facts.versions.tls13 == VersionSupport::yes);
  CHECK(facts.versions.tls12 == VersionSupport::yes);
  CHECK(facts.versions.tls11 == VersionSupport::yes);
  CHECK(facts.versions.tls10 == VersionSupport::yes);
  REQUIRE(facts.no_sni);
  CHECK(facts.no_sni->tls.status == HandshakeStatus::done);
  CHECK(facts.no_sni->tls.server_name.empty());
  CHECK(facts.no_sni->helo_name != "probe.example");
  REQUIRE(facts.other_sni);
  CHECK(facts.other_sni->tls.status == HandshakeStatus::done);
  REQUIRE(facts.other_key);
  CHECK(facts.other_key->tls.status == HandshakeStatus::alert);
  CHECK_FALSE(facts.any_tls);
  CHECK(facts.injection == InjectionResult::discarded);
  CHECK(facts.connections == 8);
  CHECK(server.connections() == 8);
  for (const auto& line : server.heard()) {
    const bool known = line.starts_with("EHLO ") || line == "STARTTLS" || line == "QUIT";
    CHECK(known);
  }
}

TEST_CASE("SMTP probe: one connection where no more is wanted") {
  const SmtpServer server(good());
  auto options = options_for(server.port());
  options.depth = ProbeDepth::session;
  const auto facts = probe(options);
  CHECK(facts.dialogue.end == SmtpEnd::complete);
  CHECK(facts.versions.tls13 == VersionSupport::yes);
  CHECK(facts.versions.tls12 == VersionSupport::not_tried);
  CHECK(facts.injection == InjectionResult::not_tried);
  CHECK(server.connections() == 1);
}

TEST_CASE("SMTP probe: versions and keys") {
  auto script = good();
  script.max_version = TLS1_2_VERSION;
  script.min_version = TLS1_2_VERSION;
  script.certificates = {&ec_certificate(), &rsa_certificate()};
  const auto facts = facts_of(script);
  CHECK(facts.dialogue.tls.version == TlsVersion::tls12);
  CHECK(facts.versions.tls13 == VersionSupport::no);
  CHECK(facts.versions.tls12 == VersionSupport::yes);
  CHECK(facts.versions.tls11 == VersionSupport::no);
  CHECK(facts.versions.tls10 == VersionSupport::no);
  REQUIRE(facts.other_key);
  CHECK(facts.other_key->tls.status == HandshakeStatus::done);
  CHECK(facts.other_key->tls.chain.leaf()->key == KeyType::rsa);
}

TEST_CASE("SMTP probe: a server of old versions only") {
  auto script = good();
  script.max_version = TLS1_1_VERSION;
  const auto facts = facts_of(script);
  CHECK(facts.dialogue.end == SmtpEnd::tls_failed);
  CHECK(facts.dialogue.tls.status == HandshakeStatus::alert);
  REQUIRE(facts.any_tls);
  CHECK(facts.any_tls->tls.version == TlsVersion::tls11);
  CHECK(facts.any_tls->tls.chain.status != ChainStatus::not_checked);
}

TEST_CASE("SMTP probe: a server that insists on its name") {
  auto script = good();
  script.insists_on_name = true;
  const auto facts = facts_of(script);
  CHECK(facts.dialogue.end == SmtpEnd::complete);
  REQUIRE(facts.other_sni);
  CHECK(facts.other_sni->tls.status == HandshakeStatus::alert);
  CHECK(facts.other_sni->tls.detail == "alert: unrecognized name");
  REQUIRE(facts.no_sni);
  CHECK(facts.no_sni->tls.status == HandshakeStatus::alert);
}

TEST_CASE("SMTP probe: a server that insists on a certificate of ours") {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    auto script = good();
    script.insists_on_certificate = true;
    script.max_version = version;
    const auto facts = facts_of(script);
    CHECK(facts.dialogue.end == SmtpEnd::tls_failed);
    CHECK(facts.dialogue.tls.status == HandshakeStatus::certificate_ask);
    CHECK_FALSE(facts.dialogue.detail.empty());
  }
}

TEST_CASE("SMTP probe: injection in both directions") {
  auto script = good();
  script.reads_ahead = true;
  CHECK(facts_of(script).injection == InjectionResult::executed);

  script = good();
  script.starttls = "220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n";
  const auto facts = facts_of(script);
  CHECK(facts.dialogue.end == SmtpEnd::complete);
  CHECK(facts.dialogue.stray == "250-evil\r\n250 AUTH PLAIN\r\n");
  CHECK(facts.dialogue.ehlo_again->reply.lines.back() == "SIZE 1");
}

TEST_CASE("SMTP probe: servers that end it early") {
  struct Row {
    const char* name;
    SmtpScript script;
    SmtpEnd end;
    SmtpStage stage;
  };
  const Row rows[] = {
      {"closes at once", {.greeting = ""}, SmtpEnd::closed, SmtpStage::greeting},
      {"rejects", {.greeting = "554 no\r\n"}, SmtpEnd::rejected, SmtpStage::greeting},
      {"without STARTTLS", {.ehlo = "250 mx\r\n"}, SmtpEnd::no_starttls, SmtpStage::ehlo},
      {"no key", {.starttls = "454 no\r\n"}, SmtpEnd::rejected, SmtpStage::starttls},
      {"no SMTP", {.greeting = "SSH-2.0\r\n"}, SmtpEnd::not_smtp, SmtpStage::greeting},
      {"no certificate", {}, SmtpEnd::tls_failed, SmtpStage::handshake},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto facts = facts_of(row.script);
    CHECK(facts.dialogue.end == row.end);
    CHECK(facts.dialogue.stage == row.stage);
    CHECK_FALSE(facts.dialogue.detail.empty());
    CHECK_FALSE(facts.no_sni);
  }
}

TEST_CASE("SMTP probe: a server that says nothing costs its deadline and no more") {
  const SmtpServer server({.silent = true});
  auto options = options_for(server.port());
  options.reply_timeout = Millis(50);
  const auto patient = probe(options);
  CHECK(patient.dialogue.end == SmtpEnd::timeout);
  CHECK(patient.dialogue.stage == SmtpStage::greeting);
  const auto hurried = probe(options_for(server.port()), Millis(50));
  CHECK(hurried.dialogue.end == SmtpEnd::timeout);
}

TEST_CASE("SMTP probe: nobody listens") {
  std::uint16_t port = 0;
  {
    const auto closed = test::bind_loopback(SOCK_STREAM, port);
  }
  const auto facts = probe(options_for(port));
  CHECK(facts.connect.status == ConnectStatus::refused);
  CHECK_FALSE(facts.connect.detail.empty());
  CHECK(facts.dialogue.end == SmtpEnd::no_connection);
  CHECK(facts.connections == 1);
}

TEST_CASE("SMTP probe: addresses that strangers must not make us connect to") {
  const SmtpServer server(good());
  auto options = options_for(server.port());
  options.addresses = AddressRule::public_only;
  const auto facts = probe(options);
  CHECK(facts.connect.status == ConnectStatus::not_public);
  CHECK(facts.connections == 0);
  CHECK(server.connections() == 0);
}

namespace {

Task<void> keep(Task<SmtpAddressFacts> probe, std::vector<SmtpAddressFacts>& into) {
  auto facts = co_await std::move(probe);
  into.push_back(std::move(facts));
}

}  // namespace

TEST_CASE("SMTP probe: one address is asked by one probe at a time") {
  const SmtpServer server(good());
  asio::io_context io;
  const SystemClock clock;
  auto chains = reader();
  auto options = options_for(server.port());
  options.depth = ProbeDepth::session;
  auto prober = SmtpProbe::create(io, chains, clock, options);
  REQUIRE(prober);
  std::vector<SmtpAddressFacts> seen;
  for (int i = 0; i < 4; ++i) {
    auto probe = (*prober)->probe(target(), test::in(Millis(8000)));
    asio::co_spawn(io, keep(std::move(probe), seen), asio::detached);
  }
  io.run();
  CHECK(seen.size() == 4);
  for (const auto& facts : seen) CHECK(facts.dialogue.end == SmtpEnd::complete);
  CHECK(server.most_at_once() <= 2);  // its end of a connection may come a little later
}

}  // namespace strictmx
