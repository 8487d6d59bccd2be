#include "tls/client.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>

#include "tls/certificate.h"
#include "tls/test_certificate.h"

namespace strictmx {
namespace {

using test::Certificate;
using test::make_certificate;

// A server in the same thread: both sides take turns over a pair of sockets.
class Peer {
 public:
  using Setup = std::function<void(SSL_CTX*)>;

  explicit Peer(const Setup& setup, const Certificate* certificate = nullptr) {
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_.data());
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_cipher_list(context_, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    if (certificate != nullptr) use(*certificate);
    if (setup) setup(context_);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fds_[1]);
    SSL_set_accept_state(ssl_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(fds_[0]);
    cut();
  }

  void use(const Certificate& certificate) {
    SSL_CTX_use_certificate(context_, certificate.x509.get());
    SSL_CTX_use_PrivateKey(context_, certificate.key.get());
  }
  int client_fd() const { return fds_[0]; }
  void turn() { SSL_do_handshake(ssl_); }
  void send_plain(std::string_view text) { ::send(fds_[1], text.data(), text.size(), 0); }
  void cut() {
    if (fds_[1] >= 0) ::close(std::exchange(fds_[1], -1));
  }
  SSL* ssl() { return ssl_; }
  std::string server_name() const {
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "-" : name;
  }

 private:
  std::array<int, 2> fds_{};
  SSL_CTX* context_;
  SSL* ssl_;
};

const Certificate& ec_certificate() {
  static const auto made = make_certificate({.san = "DNS:mx.test"}, nullptr);
  return made;
}
const Certificate& rsa_certificate() {
  static const auto made = make_certificate({.san = "DNS:mx.test", .rsa_bits = 2048}, nullptr);
  return made;
}

TlsClient connect(const Peer& peer, TlsProfile profile, TlsClientOptions options = {"mx.test"}) {
  const auto context = TlsClientContext::make(profile);
  REQUIRE(context);
  auto client = TlsClient::create(*context, peer.client_fd(), options);
  REQUIRE(client);
  return *std::move(client);
}

// Until the client is through, at most so many turns.
TlsFacts shake_hands(Peer& peer, TlsClient& client) {
  for (int turn = 0; turn < 10; ++turn) {
    if (client.handshake() == TlsWant::nothing) return client.facts();
    peer.turn();
  }
  return client.facts();
}

TlsFacts facts_of(const Peer::Setup& setup, TlsProfile profile,
                  const Certificate& certificate = ec_certificate()) {
  Peer peer(setup, &certificate);
  auto client = connect(peer, profile);
  return shake_hands(peer, client);
}

Peer::Setup at_most(int version) {
  return [version](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); };
}

}  // namespace

TEST_CASE("TLS client: a good server, and what it saw of it") {
  Peer peer({}, &ec_certificate());
  auto client = connect(peer, TlsProfile::sender);
  CHECK(client.handshake() == TlsWant::read);
  const auto facts = shake_hands(peer, client);
  CHECK(facts.status == HandshakeStatus::done);
  CHECK(facts.version == TlsVersion::tls13);
  CHECK(facts.cipher == "TLS_AES_256_GCM_SHA384");
  CHECK(facts.cipher_bits == 256);
  CHECK(facts.group == "X25519");
  CHECK(facts.group_bits == 253);
  CHECK(facts.forward_secrecy);
  CHECK(facts.extended_master_secret);
  CHECK(facts.secure_renegotiation);
  CHECK_FALSE(facts.anonymous);
  CHECK_FALSE(facts.compression);
  CHECK_FALSE(facts.asked_for_certificate);
  CHECK_FALSE(facts.stapled);
  CHECK(facts.server_name == "mx.test");
  CHECK(peer.server_name() == "mx.test");
  REQUIRE(client.certificates().size() == 1);
  CHECK(read_certificate(client.certificates()[0])->dns_names ==
        std::vector<std::string>{"mx.test"});
}

TEST_CASE("TLS client: octets both ways, and the end") {
  Peer peer({}, &ec_certificate());
  auto client = connect(peer, TlsProfile::sender);
  shake_hands(peer, client);
  peer.turn();
  CHECK(client.write("EHLO a\r\n").octets == 8);
  std::array<char, 64> buffer{};
  CHECK(SSL_read(peer.ssl(), buffer.data(), 64) == 8);
  CHECK(client.read(buffer).want == TlsWant::read);
  SSL_write(peer.ssl(), "250 b\r\n", 7);
  CHECK(client.read(buffer).octets == 7);
  CHECK(std::string_view(buffer.data(), 7) == "250 b\r\n");
  SSL_shutdown(peer.ssl());
  const auto end = client.read(buffer);
  CHECK(end.want == TlsWant::nothing);
  CHECK(end.octets == 0);
  CHECK(client.facts().status == HandshakeStatus::done);  // that was not changed
  CHECK(client.read(buffer).octets == 0);
}

TEST_CASE("TLS client: versions, ciphers and keys by profile") {
  struct Row {
    const char* name;
    TlsProfile profile;
    Peer::Setup server;
    HandshakeStatus status;
    TlsVersion version = TlsVersion::tls13;
  };
  const auto done = HandshakeStatus::done;
  const auto alert = HandshakeStatus::alert;
  const Row rows[] = {
      {"newest", TlsProfile::anything, {}, done, TlsVersion::tls13},
      {"1.2 at most", TlsProfile::sender, at_most(TLS1_2_VERSION), done, TlsVersion::tls12},
      {"1.1 at most", TlsProfile::sender, at_most(TLS1_1_VERSION), alert},
      {"1.1, anything", TlsProfile::anything, at_most(TLS1_1_VERSION), done, TlsVersion::tls11},
      {"1.0, anything", TlsProfile::anything, at_most(TLS1_VERSION), done, TlsVersion::tls10},
      {"only 1.0", TlsProfile::tls10, {}, done, TlsVersion::tls10},
      {"old ones", TlsProfile::old, {}, done, TlsVersion::tls11},
      {"old ones, 1.0 at most", TlsProfile::old, at_most(TLS1_VERSION), done, TlsVersion::tls10},
      {"only 1.2", TlsProfile::tls12, {}, done, TlsVersion::tls12},
      {"only 1.3", TlsProfile::tls13, {}, done, TlsVersion::tls13},
      {"1.3 is missing", TlsProfile::tls13, at_most(TLS1_2_VERSION), alert},
      {"an RSA key is missing", TlsProfile::rsa, {}, alert},
      {"an ECDSA key is there", TlsProfile::ecdsa, {}, done, TlsVersion::tls13},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto facts = facts_of(row.server, row.profile);
    CHECK(name_of(facts.status) == name_of(row.status));
    if (row.status == done) CHECK(facts.version == row.version);
  }
  CHECK(facts_of({}, TlsProfile::rsa, rsa_certificate()).status == done);
  CHECK(facts_of(at_most(TLS1_2_VERSION), TlsProfile::rsa, rsa_certificate()).status == done);
  CHECK(facts_of({}, TlsProfile::ecdsa, rsa_certificate()).status == alert);
}

TEST_CASE("TLS client: weak sessions are seen for what they are") {
  const auto with = [](const char* ciphers) {
    return [ciphers](SSL_CTX* context) {
      SSL_CTX_set_cipher_list(context, ciphers);
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_dh_auto(context, 1);
    };
  };
  const auto plain_rsa =
      facts_of(with("AES128-SHA:@SECLEVEL=0"), TlsProfile::sender, rsa_certificate());
  CHECK(plain_rsa.status == HandshakeStatus::done);
  CHECK(plain_rsa.cipher == "TLS_RSA_WITH_AES_128_CBC_SHA");
  CHECK_FALSE(plain_rsa.forward_secrecy);
  CHECK(plain_rsa.group.empty());

  const auto anonymous = facts_of(with("aNULL:@SECLEVEL=0"), TlsProfile::sender);
  CHECK(anonymous.status == HandshakeStatus::alert);
  const auto seen = facts_of(with("AECDH-AES128-SHA:@SECLEVEL=0"), TlsProfile::anything);
  CHECK(seen.status == HandshakeStatus::done);
  CHECK(seen.anonymous);

  const auto dh =
      facts_of(with("DHE-RSA-AES128-SHA:@SECLEVEL=0"), TlsProfile::sender, rsa_certificate());
  CHECK(dh.status == HandshakeStatus::done);
  CHECK(dh.group == "DH");
  CHECK(dh.group_bits >= 1024);
  CHECK(dh.forward_secrecy);
}

TEST_CASE("TLS client: no name, and one protocol to choose") {
  Peer peer(
      [](SSL_CTX* context) {
        SSL_CTX_set_alpn_select_cb(
            context,
            [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
               unsigned, void*) {
              *out = in + 1;
              *size = in[0];
              return SSL_TLSEXT_ERR_OK;
            },
            nullptr);
      },
      &ec_certificate());
  auto client = connect(peer, TlsProfile::sender, {"", "http/1.1"});
  CHECK(shake_hands(peer, client).alpn == "http/1.1");
  CHECK(peer.server_name() == "-");
}

TEST_CASE("TLS client: servers that are none, or go away") {
  struct Row {
    const char* name;
    std::string_view octets;
    HandshakeStatus status;
  };
  const Row rows[] = {
      {"closed", "", HandshakeStatus::closed},
      {"plain text", "500 5.5.1 no such command\r\n", HandshakeStatus::not_tls},
      {"an alert in clear", std::string_view("\x15\x03\x01\x00\x02\x02\x28", 7),
       HandshakeStatus::alert},
      {"half a record", std::string_view("\x16\x03\x03\x00\x20\x02", 6), HandshakeStatus::closed},
      {"a record of nonsense", std::string_view("\x16\x03\x03\x00\x04\xff\x00\x00\x00", 9),
       HandshakeStatus::protocol},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Peer peer({});
    auto client = connect(peer, TlsProfile::sender);
    CHECK(client.handshake() == TlsWant::read);
    peer.send_plain(row.octets);
    peer.cut();
    CHECK(client.handshake() == TlsWant::nothing);
    CHECK(name_of(client.facts().status) == name_of(row.status));
    CHECK_FALSE(client.facts().detail.empty());
    CHECK(client.write("x").octets == 0);
  }
}

TEST_CASE("TLS client: a server that wants a certificate of ours") {
  const auto ask = [](int mode, int version) {
    return [mode, version](SSL_CTX* context) {
      SSL_CTX_set_verify(context, mode, nullptr);
      SSL_CTX_set_max_proto_version(context, version);
    };
  };
  const int insist = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  const auto polite = facts_of(ask(SSL_VERIFY_PEER, TLS1_2_VERSION), TlsProfile::sender);
  CHECK(polite.status == HandshakeStatus::done);
  CHECK(polite.asked_for_certificate);
  const auto old = facts_of(ask(insist, TLS1_2_VERSION), TlsProfile::sender);
  CHECK(old.status == HandshakeStatus::certificate_ask);

  // In TLS 1.3 the refusal comes after our end of the handshake.
  Peer peer(ask(insist, TLS1_3_VERSION), &ec_certificate());
  auto client = connect(peer, TlsProfile::sender);
  CHECK(shake_hands(peer, client).status == HandshakeStatus::done);
  peer.turn();
  std::array<char, 64> buffer{};
  CHECK(client.read(buffer).want == TlsWant::nothing);
  CHECK(client.facts().status == HandshakeStatus::certificate_ask);
}

}  // namespace strictmx
