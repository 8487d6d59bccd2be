#include "wire/policy_answer.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

constexpr std::string_view kHost = "mta-sts.a.test";

PolicyAddressFacts good() {
  PolicyAddressFacts facts{.address = *IpAddress::parse("192.0.2.1")};
  facts.connect.status = ConnectStatus::connected;
  facts.tls.status = HandshakeStatus::done;
  facts.tls.chain.status = ChainStatus::ok;
  facts.tls.chain.sent.emplace_back().dns_names = {std::string(kHost)};
  facts.http.end = HttpEnd::complete;
  facts.http.status = 200;
  facts.http.fields = {{"content-type", "text/plain"}};
  facts.http.body = "version: STSv1\n";
  facts.http.body_bytes = facts.http.body.size();
  return facts;
}

using Change = void (*)(PolicyAddressFacts&);

}  // namespace

TEST_CASE("policy answer: one row per rule of RFC 8461 §3.3") {
  struct Row {
    const char* name;
    Change change;
    FetchStatus status;
  };
  const Row rows[] = {
      {"good", [](PolicyAddressFacts&) {}, FetchStatus::ok},
      {"refused", [](PolicyAddressFacts& f) { f.connect.status = ConnectStatus::refused; },
       FetchStatus::connect_failed},
      {"no connection in time",
       [](PolicyAddressFacts& f) { f.connect.status = ConnectStatus::timeout; },
       FetchStatus::timeout},
      {"private address",
       [](PolicyAddressFacts& f) { f.connect.status = ConnectStatus::not_public; },
       FetchStatus::address_refused},
      {"no handshake", [](PolicyAddressFacts& f) { f.tls.status = HandshakeStatus::alert; },
       FetchStatus::tls_failed},
      {"a slow handshake", [](PolicyAddressFacts& f) { f.tls.status = HandshakeStatus::timeout; },
       FetchStatus::timeout},
      {"expired", [](PolicyAddressFacts& f) { f.tls.chain.status = ChainStatus::expired; },
       FetchStatus::certificate_expired},
      {"not yet valid",
       [](PolicyAddressFacts& f) { f.tls.chain.status = ChainStatus::not_yet_valid; },
       FetchStatus::certificate_expired},
      {"self-signed", [](PolicyAddressFacts& f) { f.tls.chain.status = ChainStatus::self_signed; },
       FetchStatus::certificate_untrusted},
      {"another name",
       [](PolicyAddressFacts& f) { f.tls.chain.sent[0].dns_names = {"www.a.test"}; },
       FetchStatus::certificate_name},
      {"anonymous", [](PolicyAddressFacts& f) { f.tls.chain = {}; }, FetchStatus::tls_failed},
      {"a redirect", [](PolicyAddressFacts& f) { f.http.status = 301; }, FetchStatus::redirected},
      {"not found", [](PolicyAddressFacts& f) { f.http.status = 404; }, FetchStatus::http_status},
      {"switched protocols", [](PolicyAddressFacts& f) { f.http.status = 101; },
       FetchStatus::protocol_error},
      {"another 2xx", [](PolicyAddressFacts& f) { f.http.status = 204; }, FetchStatus::http_status},
      {"HTML", [](PolicyAddressFacts& f) { f.http.fields[0].value = "text/html"; },
       FetchStatus::media_type},
      {"no type", [](PolicyAddressFacts& f) { f.http.fields.clear(); }, FetchStatus::media_type},
      {"two types",
       [](PolicyAddressFacts& f) { f.http.fields.push_back({"content-type", "text/plain"}); },
       FetchStatus::media_type},
      {"a charset",
       [](PolicyAddressFacts& f) { f.http.fields[0].value = "Text/Plain; charset=utf-8"; },
       FetchStatus::ok},
      {"compressed",
       [](PolicyAddressFacts& f) { f.http.fields.push_back({"content-encoding", "gzip"}); },
       FetchStatus::media_type},
      {"one octet too many", [](PolicyAddressFacts& f) { f.http.body_bytes = 65537; },
       FetchStatus::too_large},
      {"as large as may be", [](PolicyAddressFacts& f) { f.http.body_bytes = 65536; },
       FetchStatus::ok},
      {"much too large", [](PolicyAddressFacts& f) { f.http.end = HttpEnd::too_large; },
       FetchStatus::too_large},
      {"cut", [](PolicyAddressFacts& f) { f.http.end = HttpEnd::truncated; },
       FetchStatus::truncated},
      {"slow", [](PolicyAddressFacts& f) { f.http.end = HttpEnd::timeout; }, FetchStatus::timeout},
      {"no answer",
       [](PolicyAddressFacts& f) {
         f.http = {};
         f.http.end = HttpEnd::closed;
         f.http.detail = "x";
       },
       FetchStatus::protocol_error},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto facts = good();
    row.change(facts);
    const auto seen = judge_policy_answer(facts, kHost);
    CHECK(name_of(seen.status) == name_of(row.status));
    CHECK(seen.body.empty() == (row.status != FetchStatus::ok));
  }
}

TEST_CASE("policy answer: codings, as the daemon judges them") {
  const std::string transfer = "transfer-encoding";
  const std::string content = "content-encoding";
  struct Row {
    const char* name;
    std::vector<HttpField> fields;
    bool is_http_1_0;
    FetchStatus status;
  };
  const Row rows[] = {
      {"in chunks", {{transfer, "Chunked"}}, false, FetchStatus::ok},
      {"in chunks of HTTP/1.0", {{transfer, "chunked"}}, true, FetchStatus::protocol_error},
      {"another transfer coding", {{transfer, "chunk"}}, false, FetchStatus::protocol_error},
      {"in two codings",
       {{transfer, "gzip"}, {transfer, "chunked"}},
       false,
       FetchStatus::protocol_error},
      {"told not to be compressed", {{content, "identity"}}, true, FetchStatus::ok},
      {"codings, all empty", {{content, ""}, {content, ""}}, false, FetchStatus::ok},
      {"told so, and compressed",
       {{content, "identity"}, {content, "gzip"}},
       false,
       FetchStatus::media_type},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto facts = good();
    facts.http.fields.insert(facts.http.fields.end(), row.fields.begin(), row.fields.end());
    facts.http.is_http_1_0 = row.is_http_1_0;
    CHECK(name_of(judge_policy_answer(facts, kHost).status) == name_of(row.status));
  }
}

TEST_CASE("policy host: the first address that takes a connection decides") {
  PolicyHostFacts facts;
  facts.dns.name = kHost;
  CHECK(judge_policy_host(facts).status == FetchStatus::host_not_found);
  facts.dns.v4.emplace().status = DnsStatus::no_name;
  CHECK(judge_policy_host(facts).status == FetchStatus::host_not_found);
  facts.dns.v6.emplace().status = DnsStatus::servfail;
  CHECK(judge_policy_host(facts).status == FetchStatus::dns_failure);
  facts.addresses.push_back(good());
  facts.addresses[0].connect.status = ConnectStatus::timeout;
  CHECK(judge_policy_host(facts).status == FetchStatus::timeout);
  facts.addresses.push_back(good());
  facts.addresses[1].http.status = 404;
  facts.addresses.push_back(good());
  CHECK(judge_policy_host(facts).status == FetchStatus::http_status);
}
