#include "tls/verify.h"

#include <doctest/doctest.h>

#include "tls/test_certificate.h"

namespace strictmx {
namespace {

using test::Certificate;
using test::CertificateSpec;
using test::make_authority;
using test::make_certificate;

constexpr std::string_view kHost = "mta-sts.example.com";

struct FreeContext {
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};

// What a client says that trusts `root` and is shown `leaf` with `intermediate`.
CertificateVerdict verdict_for(const Certificate& root, const Certificate& leaf,
                               const Certificate* intermediate = nullptr) {
  std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(), X509_STORE_free);
  X509_STORE_add_cert(store.get(), root.x509.get());
  std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> sent(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  if (intermediate != nullptr) sk_X509_push(sent.get(), intermediate->x509.get());
  const std::unique_ptr<X509_STORE_CTX, FreeContext> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.x509.get(), sent.get());
  X509_STORE_CTX_set_default(context.get(), "ssl_server");  // as SSL_connect does
  return verify_certificate(context.get(), *Domain::parse(kHost));
}

TEST_CASE("verify: one row per way a certificate can be good or bad") {
  struct Row {
    std::string_view name;
    CertificateSpec spec;
    FetchStatus status;
    std::string_view detail = {};
  };
  const Row rows[] = {
      {"exact name", {.san = "DNS:mta-sts.example.com"}, FetchStatus::ok},
      {"upper case", {.san = "DNS:MTA-STS.Example.COM"}, FetchStatus::ok},
      {"one of several names", {.san = "DNS:a.test,DNS:mta-sts.example.com"}, FetchStatus::ok},
      {"wildcard for one label", {.san = "DNS:*.example.com"}, FetchStatus::ok},
      {"no extended key usage at all",
       {.san = "DNS:mta-sts.example.com", .extended_key_usage = ""},
       FetchStatus::ok},
      {"another name", {.san = "DNS:www.example.com"}, FetchStatus::certificate_name, "no DNS-ID"},
      {"the domain instead of the host", {.san = "DNS:example.com"}, FetchStatus::certificate_name},
      {"common name without any SAN",
       {.common_name = std::string(kHost)},
       FetchStatus::certificate_name},
      {"common name beside another SAN",
       {.common_name = std::string(kHost), .san = "DNS:a.test"},
       FetchStatus::certificate_name},
      {"wildcard for two labels", {.san = "DNS:*.com"}, FetchStatus::certificate_name},
      {"wildcard below", {.san = "DNS:*.mta-sts.example.com"}, FetchStatus::certificate_name},
      {"two wildcards", {.san = "DNS:*.*.com"}, FetchStatus::certificate_name},
      {"wildcard not left-most", {.san = "DNS:mta-sts.*.com"}, FetchStatus::certificate_name},
      {"partial wildcard at the end",
       {.san = "DNS:mta-*.example.com"},
       FetchStatus::certificate_name},
      {"partial wildcard in front",
       {.san = "DNS:*-sts.example.com"},
       FetchStatus::certificate_name},
      {"partial wildcard inside", {.san = "DNS:m*s.example.com"}, FetchStatus::certificate_name},
      {"only an IP address", {.san = "IP:127.0.0.1"}, FetchStatus::certificate_name},
      {"the name as mail and URI identity",
       {.san = "email:x@mta-sts.example.com,URI:https://mta-sts.example.com/"},
       FetchStatus::certificate_name},
      {"expired",
       {.san = "DNS:mta-sts.example.com", .valid_from = -7200, .valid_until = -60},
       FetchStatus::certificate_expired,
       "certificate has expired (depth 0)"},
      {"not yet valid",
       {.san = "DNS:mta-sts.example.com", .valid_from = 3600},
       FetchStatus::certificate_expired,
       "not yet valid"},
      {"expired and another name: the chain counts first",
       {.san = "DNS:a.test", .valid_from = -7200, .valid_until = -60},
       FetchStatus::certificate_expired},
      {"for clients only",
       {.san = "DNS:mta-sts.example.com", .extended_key_usage = "clientAuth"},
       FetchStatus::certificate_untrusted,
       "purpose"},
  };
  const auto root = make_authority();
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto verdict = verdict_for(root, make_certificate(row.spec, &root));
    CHECK(verdict.status == row.status);
    CHECK(verdict.detail.find(row.detail) != std::string::npos);
    CHECK(verdict.detail.empty() == (row.status == FetchStatus::ok));
  }
}

TEST_CASE("verify: a NUL inside of a name does not end it") {
  const auto root = make_authority();
  auto leaf = make_certificate({}, &root);
  constexpr std::string_view kName("mta-sts.example.com\0.evil.test", 30);
  auto* const text = ASN1_IA5STRING_new();
  ASN1_STRING_set(text, kName.data(), static_cast<int>(kName.size()));
  auto* const name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, GEN_DNS, text);
  auto* const names = GENERAL_NAMES_new();
  sk_GENERAL_NAME_push(names, name);
  X509_add1_ext_i2d(leaf.x509.get(), NID_subject_alt_name, names, 0, X509V3_ADD_APPEND);
  GENERAL_NAMES_free(names);
  X509_sign(leaf.x509.get(), root.key.get(), EVP_sha256());
  CHECK(verdict_for(root, leaf).status == FetchStatus::certificate_name);
}

TEST_CASE("verify: chains that lead nowhere") {
  const CertificateSpec good{.san = "DNS:mta-sts.example.com"};
  const auto root = make_authority();
  const auto stranger = make_authority({.common_name = "Stranger"});
  CHECK(verdict_for(root, make_certificate(good, nullptr)).status ==
        FetchStatus::certificate_untrusted);
  CHECK(verdict_for(root, make_certificate(good, &stranger)).status ==
        FetchStatus::certificate_untrusted);

  const auto plain = make_certificate({.common_name = "No authority"}, &root);
  CHECK(verdict_for(root, make_certificate(good, &plain), &plain).status ==
        FetchStatus::certificate_untrusted);
}

TEST_CASE("verify: intermediates") {
  const CertificateSpec good{.san = "DNS:mta-sts.example.com"};
  const auto root = make_authority();
  CertificateSpec spec{.common_name = "Intermediate",
                       .extended_key_usage = "",
                       .basic_constraints = "critical,CA:TRUE"};
  const auto fine = make_certificate(spec, &root);
  const auto leaf = make_certificate(good, &fine);
  CHECK(verdict_for(root, leaf, &fine).status == FetchStatus::ok);
  CHECK(verdict_for(root, leaf).status == FetchStatus::certificate_untrusted);  // not sent

  spec.valid_from = -7200;
  spec.valid_until = -60;
  const auto expired = make_certificate(spec, &root);
  const auto verdict = verdict_for(root, make_certificate(good, &expired), &expired);
  CHECK(verdict.status == FetchStatus::certificate_expired);
  CHECK(verdict.detail == "X509: certificate has expired (depth 1)");

  spec.valid_until = 86400;
  spec.name_constraints = "critical,permitted;DNS:other.test";
  const auto narrow = make_certificate(spec, &root);
  CHECK(verdict_for(root, make_certificate(good, &narrow), &narrow).status ==
        FetchStatus::certificate_untrusted);
}

}  // namespace
}  // namespace strictmx
