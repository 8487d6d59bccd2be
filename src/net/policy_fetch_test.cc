#include "net/policy_fetch.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "net/test_support.h"
#include "tls/test_tls_server.h"

namespace strictmx {
namespace {

using test::CertificateSpec;
using test::Ending;
using test::Greeting;
using test::TlsPiece;
using test::TlsScript;
using test::TlsServer;

constexpr std::string_view kBody = "version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 86400\n";
const CertificateSpec kGoodSpec{.san = "DNS:mta-sts.example.com"};

// Answers with what it was given.
class FixedDns : public DnsClient {
 public:
  Task<TxtAnswer> query_txt(std::string, MonoTime) override { co_return TxtAnswer{}; }
  Task<MxAnswer> query_mx(Domain, MonoTime) override { co_return MxAnswer{}; }
  Task<AddressAnswer> query_addresses(Domain host, MonoTime) override {
    asked.push_back(host.text());
    co_return answer;
  }
  Task<CnameAnswer> query_cname(Domain, MonoTime) override { co_return CnameAnswer{}; }
  Task<TlsaAnswer> query_tlsa(Domain, MonoTime) override { co_return TlsaAnswer{}; }
  void cancel_all() override {}

  void set(const std::vector<std::string>& texts) {
    answer.meta.status = DnsStatus::found;
    answer.addresses.clear();
    for (const auto& text : texts) answer.addresses.push_back(*IpAddress::parse(text));
  }
  AddressAnswer answer;
  std::vector<std::string> asked;
};

struct Bed {
  test::Certificate root = test::make_authority();
  test::Certificate good = test::make_certificate(kGoodSpec, &root);
  test::TempDir dir;
  asio::io_context io{1};
  FixedDns dns;
  FetchOptions options;

  Bed() {
    test::write_pem(dir.path() / "ca.pem", root);
    options.ca_file = dir.path() / "ca.pem";
    options.addresses = AddressRule::any;
    options.timeout = Millis(5000);
    dns.set({"127.0.0.1"});
  }
  std::unique_ptr<PolicyFetch> make() {
    auto made = PolicyFetch::create(io, dns, options);
    REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    return std::move(*made);
  }
  FetchOutcome fetch(std::string_view domain = "example.com") {
    const auto fetcher = make();
    auto outcome = test::run_task(io, fetcher->fetch(*Domain::parse(domain)));
    REQUIRE(outcome.has_value());
    return std::move(*outcome);
  }
  FetchOutcome fetch_from(const TlsServer& server) {
    options.port = server.port();
    return fetch();
  }
};

std::string with_length(std::string_view body, std::string_view fields = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string head(std::string_view status, std::string_view fields = {}) {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) + "\r\n";
}

TEST_CASE("STS-F01 STS-F02 STS-F14 policy fetch: what goes over the wire, and a good answer") {
  Bed bed;
  ::setenv("https_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  TlsServer server({.certificate = &bed.good, .pieces = {{with_length(kBody)}}});
  const auto outcome = bed.fetch_from(server);
  ::unsetenv("https_proxy");
  ::unsetenv("ALL_PROXY");
  CHECK_MESSAGE(outcome.status == FetchStatus::ok, outcome.detail);
  CHECK(outcome.body == kBody);
  CHECK(bed.dns.asked == std::vector<std::string>{"mta-sts.example.com"});
  REQUIRE(server.seen_after(1).size() == 1);
  const auto seen = server.seen_after(1)[0];
  CHECK(seen.server_name == "mta-sts.example.com");  // RFC 8461 §7.1
  CHECK(seen.alpn == "\x08http/1.1");
  CHECK(seen.request.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\n"));
  CHECK(seen.request.find("\r\nHost: mta-sts.example.com\r\n") != std::string::npos);
  CHECK(seen.request.find("\r\nAccept-Encoding: identity\r\n") != std::string::npos);
  for (const auto* absent : {"Cookie", "Authorization", "If-", "Proxy", "Range", "Expect"}) {
    CAPTURE(absent);
    CHECK(seen.request.find("\r\n" + std::string(absent)) == std::string::npos);
  }
}

struct Row {
  std::string_view name;
  FetchStatus status;
  std::vector<TlsPiece> pieces;
  Ending ending = Ending::close_notify;
  std::string_view detail = {};
};

void check_rows(std::span<const Row> rows) {
  Bed bed;
  bed.options.timeout = Millis(3000);
  for (const auto& row : rows) {
    CAPTURE(row.name);
    TlsServer server({.certificate = &bed.good, .pieces = row.pieces, .ending = row.ending});
    const auto outcome = bed.fetch_from(server);
    CAPTURE(outcome.detail);
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(outcome.detail.find(row.detail) != std::string::npos);
    CHECK(outcome.body.empty() == (row.status != FetchStatus::ok));
    CHECK(outcome.detail.empty() == (row.status == FetchStatus::ok));
  }
}

TEST_CASE("policy fetch: answers that are taken") {
  const std::string largest(65536, 'x');
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Row rows[] = {
      {"with length", FetchStatus::ok, {{with_length(kBody)}}},
      {"with length, then held open", FetchStatus::ok, {{with_length(kBody)}}, Ending::hold},
      {"with length, then cut", FetchStatus::ok, {{with_length(kBody)}}, Ending::cut},
      {"chunked", FetchStatus::ok, {{chunked + "5\r\nhello\r\n3\r\n yo\r\n0\r\n\r\n"}}},
      {"ended by close_notify",
       FetchStatus::ok,
       {{"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nmode: none"}}},
      {"HTTP/1.0",
       FetchStatus::ok,
       {{"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nmode: none"}}},
      {"media type in capitals with a charset",
       FetchStatus::ok,
       {{"HTTP/1.1 200 OK\r\nCONTENT-TYPE: Text/Plain;charset=UTF-8\r\n\r\nx"}}},
      {"coding identity", FetchStatus::ok, {{with_length("x", "Content-Encoding: identity\r\n")}}},
      {"interim responses",
       FetchStatus::ok,
       {{head("103 Early Hints", "Content-Type: text/html\r\n") + head("100 Continue") +
         with_length("x")}}},
      {"the largest body", FetchStatus::ok, {{with_length(largest)}}},
      {"byte by byte",
       FetchStatus::ok,
       {{"HTTP/1.1 200 OK\r\nContent-"},
        {"Type: text/plain\r\nContent-Length: 2\r\n\r"},
        {"\n"},
        {"a"},
        {"b"}}},
  };
  check_rows(rows);
}

TEST_CASE("STS-F06 STS-F07 STS-F08 policy fetch: any other status than 200 is refused") {
  const std::string plain = "Content-Type: text/plain\r\n";
  const Row rows[] = {
      {"301 to a good place",
       FetchStatus::redirected,
       {{head("301 Moved", "Location: https://mta-sts.example.com/x\r\n")}},
       Ending::close_notify,
       "http-301"},
      {"302 held open",
       FetchStatus::redirected,
       {{head("302 Found", "Location: /\r\n")}},
       Ending::hold,
       "http-302"},
      {"304",
       FetchStatus::redirected,
       {{head("304 Not Modified")}},
       Ending::close_notify,
       "http-304"},
      {"404 with a body",
       FetchStatus::http_status,
       {{head("404 Not Found", plain + "Content-Length: 3\r\n") + "no\n"}},
       Ending::close_notify,
       "http-404"},
      {"500", FetchStatus::http_status, {{head("500 Oops")}}, Ending::close_notify, "http-500"},
      {"204",
       FetchStatus::http_status,
       {{head("204 No Content")}},
       Ending::close_notify,
       "http-204"},
      {"206 unasked",
       FetchStatus::http_status,
       {{head("206 Partial", plain) + "x"}},
       Ending::close_notify,
       "http-206"},
  };
  check_rows(rows);
}

TEST_CASE("STS-F09 STS-F10 policy fetch: headers that are refused") {
  const std::string plain = "Content-Type: text/plain\r\n";
  std::string interim;
  for (int i = 0; i < 9; ++i) interim += head("102 Processing");
  std::string many_fields;
  while (many_fields.size() < 16384) many_fields += "X-Filler: " + std::string(60, 'y') + "\r\n";
  const Row rows[] = {
      {"text/html",
       FetchStatus::media_type,
       {{head("200 OK", "Content-Type: text/html\r\n") + "x"}},
       Ending::close_notify,
       "media type \"text/html\""},
      {"text/plainer",
       FetchStatus::media_type,
       {{head("200 OK", "Content-Type: text/plainer\r\n") + "x"}}},
      {"no media type",
       FetchStatus::media_type,
       {{head("200 OK") + "x"}},
       Ending::close_notify,
       "no media type"},
      {"two media types",
       FetchStatus::media_type,
       {{head("200 OK", "Content-Type: text/html\r\n" + plain) + "x"}}},
      {"media type only of an interim response",
       FetchStatus::media_type,
       {{head("103 Early Hints", plain) + head("200 OK") + "x"}}},
      {"media type with escapes",
       FetchStatus::protocol_error,
       {{head("200 OK", "Content-Type: text/\x1b[31m\r\n") + "x"}}},
      {"gzip",
       FetchStatus::media_type,
       {{head("200 OK", plain + "Content-Encoding: gzip\r\n") + "x"}},
       Ending::close_notify,
       "content coding \"gzip\""},
      {"too many interim responses",
       FetchStatus::protocol_error,
       {{interim + with_length("x")}},
       Ending::close_notify,
       "interim"},
      {"header of many fields",
       FetchStatus::too_large,
       {{head("200 OK", plain + many_fields) + "x"}},
       Ending::close_notify,
       "header over"},
      {"one header line without end",
       FetchStatus::too_large,
       {{"HTTP/1.1 200 OK\r\nX: " + std::string(300000, 'z')}},
       Ending::hold,
       "header over"},
      {"announces too much",
       FetchStatus::too_large,
       {{head("200 OK", plain + "Content-Length: 65537\r\n")}},
       Ending::hold,
       "body over"},
      {"switches protocols",
       FetchStatus::protocol_error,
       {{head("101 Switching Protocols", "Upgrade: x\r\n") + "octets"}}},
  };
  check_rows(rows);
}

TEST_CASE("STS-F15 policy fetch: bodies that do not end well") {
  const std::string open = head("200 OK", "Content-Type: text/plain\r\n");
  const std::string chunked =
      head("200 OK", "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n");
  const std::string ten = head("200 OK", "Content-Type: text/plain\r\nContent-Length: 10\r\n");
  const std::string over(65537, 'x');
  std::vector<TlsPiece> endless{{chunked}};
  for (int i = 0; i < 160; ++i) endless.push_back({"10001\r\n" + over + "\r\n"});
  const Row rows[] = {
      {"over the limit, no length",
       FetchStatus::too_large,
       {{open + over}},
       Ending::hold,
       "body over"},
      {"over the limit in chunks",
       FetchStatus::too_large,
       {{chunked + "10001\r\n" + over + "\r\n0\r\n\r\n"}},
       Ending::hold},
      {"megabytes in chunks, without end", FetchStatus::too_large, endless, Ending::hold},
      {"megabytes, announced",
       FetchStatus::too_large,
       {{head("200 OK", "Content-Type: text/plain\r\nContent-Length: 10485760\r\n") + over}},
       Ending::hold},
      {"endless chunk size",
       FetchStatus::protocol_error,
       {{chunked + std::string(40000, '0') + "1\r\nx\r\n0\r\n\r\n"}}},
      {"shorter than its length", FetchStatus::truncated, {{ten + "12345"}}},
      {"shorter than its length, cut", FetchStatus::truncated, {{ten + "12345"}}, Ending::cut},
      {"last chunk is missing", FetchStatus::truncated, {{chunked + "5\r\nhello\r\n"}}},
      {"cut inside of a chunk", FetchStatus::truncated, {{chunked + "5\r\nhe"}}, Ending::cut},
      {"no length and no close_notify",
       FetchStatus::truncated,
       {{open + "version: STSv1\n"}},
       Ending::cut},
      {"reset in the body", FetchStatus::truncated, {{open + "version: STSv1\n"}}, Ending::reset},
      {"no answer at all", FetchStatus::truncated, {}},
      {"half a head", FetchStatus::truncated, {{"HTTP/1.1 200 OK\r\nContent-Ty"}}},
      {"length of a previous response does not count",
       FetchStatus::truncated,
       {{head("103 Early Hints", "Content-Length: 16\r\n") + open + "version: STSv1\n"}},
       Ending::cut},
      {"chunked in HTTP/1.0",
       FetchStatus::protocol_error,
       {{"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
         "chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"}},
       Ending::close_notify,
       "transfer coding"},
      {"another transfer coding",
       FetchStatus::protocol_error,
       {{head("200 OK", "Content-Type: text/plain\r\nTransfer-Encoding: gzip, chunked\r\n")}}},
      {"broken chunk size", FetchStatus::protocol_error, {{chunked + "zz\r\nhello\r\n"}}},
      {"not HTTP", FetchStatus::protocol_error, {{"220 mail.example.com ESMTP\r\n"}}},
      {"HTTP/0.9", FetchStatus::protocol_error, {{"version: STSv1\nmode: none\n"}}},
  };
  check_rows(rows);
}

TEST_CASE("STS-F03 policy fetch: certificates that are refused") {
  Bed bed;
  const auto stranger = test::make_authority({.common_name = "Stranger"});
  struct CertificateRow {
    std::string_view name;
    CertificateSpec spec;
    const test::Certificate* issuer;
    FetchStatus status;
    std::string_view detail;
  };
  const CertificateRow rows[] = {
      {"expired",
       {.san = kGoodSpec.san, .valid_from = -7200, .valid_until = -60},
       &bed.root,
       FetchStatus::certificate_expired,
       "has expired"},
      {"another name",
       {.san = "DNS:www.example.com"},
       &bed.root,
       FetchStatus::certificate_name,
       "no DNS-ID"},
      {"common name only",
       {.common_name = "mta-sts.example.com"},
       &bed.root,
       FetchStatus::certificate_name,
       "no DNS-ID"},
      {"address only", {.san = "IP:127.0.0.1"}, &bed.root, FetchStatus::certificate_name, ""},
      {"unknown authority", kGoodSpec, &stranger, FetchStatus::certificate_untrusted, "issuer"},
      {"self-signed", kGoodSpec, nullptr, FetchStatus::certificate_untrusted, "self-signed"},
      {"for clients",
       {.san = kGoodSpec.san, .extended_key_usage = "clientAuth"},
       &bed.root,
       FetchStatus::certificate_untrusted,
       "purpose"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto certificate = test::make_certificate(row.spec, row.issuer);
    TlsServer server({.certificate = &certificate, .pieces = {{with_length(kBody)}}});
    const auto outcome = bed.fetch_from(server);
    CAPTURE(outcome.detail);
    CHECK(name_of(outcome.status) == name_of(row.status));
    CHECK(outcome.detail.find(row.detail) != std::string::npos);
    CHECK(outcome.body.empty());
    const auto seen = server.seen_after(1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].request.empty());  // a stranger is not even asked
  }
}

TEST_CASE("policy fetch: a wildcard certificate for the policy host") {
  Bed bed;
  const auto wildcard = test::make_certificate({.san = "DNS:*.example.com"}, &bed.root);
  TlsServer server({.certificate = &wildcard, .pieces = {{with_length(kBody)}}});
  const auto outcome = bed.fetch_from(server);
  CHECK_MESSAGE(outcome.status == FetchStatus::ok, outcome.detail);
}

TEST_CASE("STS-F13 policy fetch: TLS that does not come about") {
  Bed bed;
  bed.options.timeout = Millis(1500);
  const auto status_of = [&](const TlsScript& script) {
    TlsServer server(script);
    const auto outcome = bed.fetch_from(server);
    CHECK_FALSE(outcome.detail.empty());
    return std::string(name_of(outcome.status));
  };
  CHECK(status_of({.certificate = &bed.good, .max_version = TLS1_1_VERSION}) == "tls_failed");
  CHECK(status_of({.greeting = Greeting::tls}) == "tls_failed");  // no certificate
  CHECK(status_of({.certificate = &bed.good, .alpn = test::Alpn::none_of_them}) == "tls_failed");
  CHECK(status_of({.greeting = Greeting::close_at_once}) == "tls_failed");
  // Whether a reset comes before or after connect() has returned is a matter of luck.
  const auto reset = status_of({.ending = Ending::reset, .greeting = Greeting::close_at_once});
  CHECK((reset == "tls_failed" || reset == "connect_failed"));
  CHECK(status_of({.greeting = Greeting::plain_text}) == "tls_failed");
  CHECK(status_of({.greeting = Greeting::stall}) == "timeout");
}

TEST_CASE("STS-F13 policy fetch: TLS 1.2 is enough") {
  Bed bed;
  TlsServer server(
      {.certificate = &bed.good, .pieces = {{with_length(kBody)}}, .max_version = TLS1_2_VERSION});
  CHECK(bed.fetch_from(server).status == FetchStatus::ok);
}

TEST_CASE("STS-F10 policy fetch: the deadline is that of the whole, however slowly octets come") {
  Bed bed;
  bed.options.timeout = Millis(300);
  std::vector<TlsPiece> trickle{{head("200 OK", "Content-Type: text/plain\r\n")}};
  for (int i = 0; i < 200; ++i) trickle.push_back({"x", Millis(20)});
  TlsServer server({.certificate = &bed.good, .pieces = trickle});
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = bed.fetch_from(server);
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(name_of(outcome.status) == "timeout");
  CHECK(outcome.detail == "in the body");
  CHECK(waited >= Millis(290));
  CHECK(waited < Millis(1500));
}

TEST_CASE("STS-F10 policy fetch: silence after the handshake ends at the deadline") {
  Bed bed;
  bed.options.timeout = Millis(300);
  TlsServer server({.certificate = &bed.good, .ending = Ending::hold});
  CHECK(name_of(bed.fetch_from(server).status) == "timeout");
}

TEST_CASE("policy fetch: no server") {
  Bed bed;
  {
    std::uint16_t port = 0;
    const auto taken = test::bind_loopback(SOCK_STREAM, port);
    bed.options.port = port;
  }
  const auto outcome = bed.fetch();
  CHECK(name_of(outcome.status) == "connect_failed");
  CHECK(outcome.detail == "Connection refused");
}

TEST_CASE("policy fetch: one dead address does not hide a good one") {
  Bed bed;
  TlsServer server({.certificate = &bed.good, .pieces = {{with_length(kBody)}}});
  for (const auto& addresses : {std::vector<std::string>{"127.0.0.2", "127.0.0.1"},
                                {"::1", "127.0.0.1"},
                                {"127.0.0.1", "::1"}}) {
    CAPTURE(addresses[0]);
    bed.dns.set(addresses);
    const auto outcome = bed.fetch_from(server);
    CHECK_MESSAGE(outcome.status == FetchStatus::ok, outcome.detail);
  }
}

TEST_CASE("STS-F16 policy fetch: addresses that are not public are not connected to") {
  Bed bed;
  bed.options.addresses = AddressRule::public_only;
  TlsServer server({.certificate = &bed.good, .pieces = {{with_length(kBody)}}});
  bed.dns.set({"127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1"});
  const auto outcome = bed.fetch_from(server);
  CHECK(name_of(outcome.status) == "address_refused");
  CHECK(outcome.detail == "not a public address: 127.0.0.1");
  CHECK(server.connections() == 0);
}

TEST_CASE("policy fetch: what the address look-up comes to") {
  Bed bed;
  const auto status_for = [&](DnsStatus status) {
    bed.dns.answer = {};
    bed.dns.answer.meta.status = status;
    const auto outcome = bed.fetch();
    CHECK(outcome.detail.starts_with("DNS: "));
    return std::string(name_of(outcome.status));
  };
  CHECK(status_for(DnsStatus::no_name) == "host_not_found");
  CHECK(status_for(DnsStatus::no_data) == "host_not_found");
  CHECK(status_for(DnsStatus::servfail) == "dns_failure");
  CHECK(status_for(DnsStatus::bogus) == "dns_failure");
  CHECK(status_for(DnsStatus::timeout) == "dns_failure");
}

TEST_CASE("policy fetch: a domain too long for a policy host") {
  Bed bed;
  const std::string label(61, 'x');
  const auto outcome = bed.fetch(label + '.' + label + '.' + label + '.' + label + ".x");
  CHECK(name_of(outcome.status) == "host_not_found");
  CHECK(bed.dns.asked.empty());
}

// Starts `count` fetches at once and returns their outcomes.
std::vector<FetchOutcome> fetch_many(Bed& bed, PolicyFetch& fetcher, unsigned count) {
  std::vector<FetchOutcome> outcomes;
  for (unsigned i = 0; i < count; ++i) {
    asio::co_spawn(
        bed.io, fetcher.fetch(*Domain::parse("example.com")),
        [&](std::exception_ptr, FetchOutcome outcome) { outcomes.push_back(std::move(outcome)); });
  }
  const auto limit = test::in(Millis(10000));
  bed.io.restart();
  while (outcomes.size() < count && std::chrono::steady_clock::now() < limit)
    bed.io.run_one_for(Millis(100));
  return outcomes;
}

std::size_t count_of(const std::vector<FetchOutcome>& outcomes, FetchStatus status) {
  return static_cast<std::size_t>(std::ranges::count(outcomes, status, &FetchOutcome::status));
}

auto count_detail(const std::vector<FetchOutcome>& outcomes, std::string_view detail) {
  return std::ranges::count(outcomes, detail, &FetchOutcome::detail);
}

TEST_CASE("STS-F17 policy fetch: over its limit it is overloaded, and free again afterwards") {
  Bed bed;
  bed.options.max_fetches = 3;
  TlsServer server({.certificate = &bed.good, .pieces = {{with_length(kBody), Millis(50)}}});
  bed.options.port = server.port();
  const auto fetcher = bed.make();
  const auto outcomes = fetch_many(bed, *fetcher, 5);
  CHECK(count_of(outcomes, FetchStatus::ok) == 3);
  CHECK(count_of(outcomes, FetchStatus::overloaded) == 2);
  CHECK(count_of(fetch_many(bed, *fetcher, 1), FetchStatus::ok) == 1);
}

TEST_CASE("STS-F12 STS-F17 policy fetch: one address serves only so many at once, others wait") {
  Bed bed;
  bed.options.max_per_address = 2;
  TlsServer server({.certificate = &bed.good, .pieces = {{with_length(kBody), Millis(30)}}});
  bed.options.port = server.port();
  const auto fetcher = bed.make();
  const auto outcomes = fetch_many(bed, *fetcher, 7);
  CHECK(count_of(outcomes, FetchStatus::ok) == 7);
  CHECK(server.connections() == 7);
  CHECK(server.most_at_once() <= 2);
}

TEST_CASE("policy fetch: waiting for a turn ends at the deadline") {
  Bed bed;
  bed.options.max_per_address = 1;
  bed.options.timeout = Millis(300);
  TlsServer server({.certificate = &bed.good, .pieces = {{with_length(kBody), Millis(5000)}}});
  bed.options.port = server.port();
  const auto fetcher = bed.make();
  const auto outcomes = fetch_many(bed, *fetcher, 3);
  CHECK(count_of(outcomes, FetchStatus::timeout) == 3);
  CHECK(server.connections() == 1);
  CHECK(count_detail(outcomes, "waiting for other fetches from this address") == 2);
}

TEST_CASE("policy fetch: cancel_all ends fetches, waiting ones, and later ones") {
  Bed bed;
  bed.options.max_per_address = 1;
  TlsServer server({.certificate = &bed.good, .ending = Ending::hold});
  bed.options.port = server.port();
  const auto fetcher = bed.make();
  asio::steady_timer soon(bed.io, Millis(100));
  soon.async_wait([&](const boost::system::error_code&) { fetcher->cancel_all(); });
  const auto outcomes = fetch_many(bed, *fetcher, 3);
  CHECK(count_of(outcomes, FetchStatus::cancelled) == 3);
  CHECK(count_of(fetch_many(bed, *fetcher, 1), FetchStatus::cancelled) == 1);
}

TEST_CASE("policy fetch: destroyed with fetches under way") {
  Bed bed;
  TlsServer server({.certificate = &bed.good, .ending = Ending::hold});
  bed.options.port = server.port();
  auto fetcher = bed.make();
  bool ended = false;
  asio::co_spawn(bed.io, fetcher->fetch(*Domain::parse("example.com")),
                 [&](std::exception_ptr, const FetchOutcome&) { ended = true; });
  bed.io.run_for(Millis(100));
  fetcher.reset();
  CHECK_FALSE(ended);
}

TEST_CASE("policy fetch: without roots there is no fetcher") {
  Bed bed;
  bed.options.ca_file = bed.dir.path() / "absent.pem";
  const auto made = PolicyFetch::create(bed.io, bed.dns, bed.options);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == Errc::io);
}

}  // namespace
}  // namespace strictmx
