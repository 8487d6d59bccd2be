#include "core/check/rule_evidence.h"
#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

template <class Change>
void at_every_address(CheckFacts& facts, Change change) {
  for (auto& address : facts.policy_host.addresses) change(address);
}

void fail_tls(CheckFacts& facts, HandshakeStatus status, const std::string& detail) {
  facts.policy_host.outcome = {FetchStatus::tls_failed, {}, {}};
  at_every_address(facts, [&](PolicyAddressFacts& address) {
    address.tls = {};
    address.tls.status = status;
    address.tls.detail = detail;
    address.http = {};
    address.http.end = HttpEnd::tls_failed;
  });
}

void fail_old(CheckFacts& facts, TlsVersion works) {
  fail_tls(facts, HandshakeStatus::alert, "alert: handshake failure");
  at_every_address(facts, [&](PolicyAddressFacts& address) {
    address.any_tls = good_tls("mta-sts.example.com");
    address.any_tls->version = works;
  });
}

void set_chain(CheckFacts& facts, ChainStatus status, int depth = 0) {
  facts.policy_host.outcome = {FetchStatus::certificate_untrusted, {}, {}};
  at_every_address(facts, [&](PolicyAddressFacts& address) {
    auto& chain = address.tls.chain;
    chain.status = status;
    chain.depth = depth;
    const bool dates = status == ChainStatus::expired || status == ChainStatus::not_yet_valid;
    chain.status_at_any_time = dates ? ChainStatus::ok : status;
    chain.detail = "words of OpenSSL";
  });
}

void set_names(CheckFacts& facts, const std::vector<std::string>& names) {
  facts.policy_host.outcome = {FetchStatus::certificate_name, {}, {}};
  at_every_address(facts, [&](PolicyAddressFacts& address) {
    auto& leaf = address.tls.chain.sent[0];
    leaf.dns_names = names;
    leaf.dns_name_count = names.size();
    leaf.common_name = names.empty() ? "" : names[0];
  });
}

template <class Change>
void change_leaf(CheckFacts& facts, Change change) {
  at_every_address(facts, [&](PolicyAddressFacts& address) { change(address.tls.chain.sent[0]); });
}

void set_outcome(CheckFacts& facts, unsigned status) {
  at_every_address(facts, [&](PolicyAddressFacts& address) {
    address.http.status = status;
    address.http.body = "not found";
  });
}

void leave_days(CheckFacts& facts, int days) {
  change_leaf(facts, [&](CertificateFacts& leaf) {
    leaf.not_after = kTestNow + days * kTestDay;
    leaf.not_before = leaf.not_after - 90 * kTestDay;
  });
}

void set_caa(CheckFacts& facts, std::vector<CaaRecordFacts> records) {
  facts.policy_host_caa =
      CaaFacts{"mta-sts.example.com", "example.com", dns_found(), std::move(records)};
  change_leaf(facts, [](CertificateFacts& leaf) { leaf.issuer = "CN=R11,O=Let's Encrypt,C=US"; });
}

const RuleRow kHandshakeRows[] = {
    {"sts-tls-handshake", kYes, "an alert",
     [](CheckFacts& f) { fail_tls(f, HandshakeStatus::alert, "alert: internal error"); },
     "alert: internal error [2a00:1::80, 5.0.0.80]"},
    {"sts-tls-handshake", kYes, "no TLS",
     [](CheckFacts& f) { fail_tls(f, HandshakeStatus::not_tls, "wrong version number"); }},
    {"sts-tls-handshake", kNo, "our own fault",
     [](CheckFacts& f) { fail_tls(f, HandshakeStatus::local, "no memory"); }},
    {"sts-tls-version", kYes, "TLS 1.1 only", [](CheckFacts& f) { fail_old(f, TlsVersion::tls11); },
     "only TLSv1.1 works"},
    {"sts-tls-version", kYes, "another version is offered",
     [](CheckFacts& f) { fail_tls(f, HandshakeStatus::no_version, "unsupported protocol"); }},
    {"sts-tls-version", kNo, "TLS 1.2",
     [](CheckFacts& f) {
       at_every_address(f, [](PolicyAddressFacts& a) { a.tls.version = TlsVersion::tls12; });
     }},
    {"sts-tls-weak", kYes, "our library refuses",
     [](CheckFacts& f) { fail_tls(f, HandshakeStatus::weak, "dh key too small"); },
     "dh key too small"},
    {"sts-tls-weak", kYes, "only what libraries refuse",
     [](CheckFacts& f) { fail_old(f, TlsVersion::tls12); }, "with TLS_AES_256_GCM_SHA384 it works"},
    {"sts-tls-weak", kNo, "TLS 1.1 only", [](CheckFacts& f) { fail_old(f, TlsVersion::tls11); }},
    {"sts-tls-client-cert", kYes, "it insists",
     [](CheckFacts& f) {
       fail_tls(f, HandshakeStatus::certificate_ask, "alert: certificate required");
     }},
    {"sts-tls-client-cert", kNo, "it asks and goes on",
     [](CheckFacts& f) {
       at_every_address(f, [](PolicyAddressFacts& a) { a.tls.asked_for_certificate = true; });
     }},
};

const RuleRow kChainRows[] = {
    {"sts-cert-expired", kYes, "the leaf",
     [](CheckFacts& f) {
       leave_days(f, -1);
       set_chain(f, ChainStatus::expired);
     },
     "CN=mta-sts.example.com ended on 2026-11-25T19:00:00Z"},
    {"sts-cert-expired", kYes, "an issuer",
     [](CheckFacts& f) { set_chain(f, ChainStatus::expired, 1); }, "CN=Good CA 1"},
    {"sts-cert-expired", kNo, "a day before", [](CheckFacts& f) { leave_days(f, 1); }},
    {"sts-cert-not-yet-valid", kYes, "it begins later",
     [](CheckFacts& f) { set_chain(f, ChainStatus::not_yet_valid); }, "begins on"},
    {"sts-cert-not-yet-valid", kNo, "it has begun", [](CheckFacts&) {}},
    {"sts-cert-expiring", kYes, "20 of 90 days", [](CheckFacts& f) { leave_days(f, 20); },
     "ends on 2026-12-16, in 20 of 90 days"},
    {"sts-cert-expiring", kNo, "30 of 90 days: renewal is due",
     [](CheckFacts& f) { leave_days(f, 30); }},
    {"sts-cert-expiring", kNo, "it has expired",
     [](CheckFacts& f) {
       leave_days(f, -1);
       set_chain(f, ChainStatus::expired);
     }},
    {"sts-cert-self-signed", kYes, "by itself",
     [](CheckFacts& f) { set_chain(f, ChainStatus::self_signed); }},
    {"sts-cert-self-signed", kNo, "by an unknown authority",
     [](CheckFacts& f) { set_chain(f, ChainStatus::unknown_root); }},
    {"sts-cert-unknown-ca", kYes, "an unknown authority",
     [](CheckFacts& f) { set_chain(f, ChainStatus::unknown_root); },
     "CN=Good Root,O=Good Authority"},
    {"sts-cert-unknown-ca", kYes, "and expired, too",
     [](CheckFacts& f) {
       set_chain(f, ChainStatus::expired);
       at_every_address(f, [](PolicyAddressFacts& a) {
         a.tls.chain.status_at_any_time = ChainStatus::unknown_root;
       });
     }},
    {"sts-cert-unknown-ca", kNo, "by itself",
     [](CheckFacts& f) { set_chain(f, ChainStatus::self_signed); }},
    {"sts-cert-chain-incomplete", kYes, "no issuer",
     [](CheckFacts& f) {
       set_chain(f, ChainStatus::incomplete);
       change_leaf(f, [](CertificateFacts& leaf) { leaf.ca_issuers = "http://ca.test/1.crt"; });
     },
     "http://ca.test/1.crt"},
    {"sts-cert-chain-incomplete", kNo, "complete", [](CheckFacts&) {}},
    {"sts-cert-chain-order", kYes, "disorder",
     [](CheckFacts& f) { f.policy_host.addresses[0].tls.chain.ordered = false; },
     "in a wrong order [2a00:1::80]"},
    {"sts-cert-chain-order", kYes, "with the root",
     [](CheckFacts& f) { f.policy_host.addresses[0].tls.chain.root_included = true; }},
    {"sts-cert-chain-order", kNo, "in order", [](CheckFacts&) {}},
    {"sts-cert-invalid", kYes, "a bad signature",
     [](CheckFacts& f) { set_chain(f, ChainStatus::bad_signature); }, "words of OpenSSL"},
    {"sts-cert-invalid", kNo, "good", [](CheckFacts&) {}},
    {"sts-cert-eku", kYes, "for clients",
     [](CheckFacts& f) {
       set_chain(f, ChainStatus::purpose);
       change_leaf(f, [](CertificateFacts& leaf) { leaf.server_auth = ServerAuth::missing; });
     }},
    {"sts-cert-eku", kNo, "an issuer that is none",
     [](CheckFacts& f) { set_chain(f, ChainStatus::purpose); }},
    {"sts-cert-must-staple", kYes, "no response",
     [](CheckFacts& f) { change_leaf(f, [](CertificateFacts& l) { l.must_staple = true; }); }},
    {"sts-cert-must-staple", kNo, "with response",
     [](CheckFacts& f) {
       change_leaf(f, [](CertificateFacts& l) { l.must_staple = true; });
       at_every_address(f, [](PolicyAddressFacts& a) { a.tls.stapled = true; });
     }},
    {"sts-cert-weak", kYes, "RSA of 1024 bits",
     [](CheckFacts& f) {
       change_leaf(f, [](CertificateFacts& leaf) {
         leaf.key = KeyType::rsa;
         leaf.key_bits = 1024;
       });
     },
     "rsa key of 1024 bits"},
    {"sts-cert-weak", kYes, "SHA-1",
     [](CheckFacts& f) {
       change_leaf(f, [](CertificateFacts& leaf) { leaf.digest = SignatureDigest::sha1; });
     }},
    {"sts-cert-weak", kNo, "RSA of 2048 bits",
     [](CheckFacts& f) {
       change_leaf(f, [](CertificateFacts& leaf) {
         leaf.key = KeyType::rsa;
         leaf.key_bits = 2048;
       });
     }},
};

const RuleRow kCertificateRows[] = {
    {"sts-cert-name", kYes, "the provider's own name",
     [](CheckFacts& f) { set_names(f, {"policies.provider.net"}); }, "for policies.provider.net"},
    {"sts-cert-name", kNo, "a wildcard", [](CheckFacts& f) { set_names(f, {"*.example.com"}); }},
    {"sts-cert-cn-only", kYes, "the common name alone",
     [](CheckFacts& f) {
       set_names(f, {});
       change_leaf(f, [](CertificateFacts& l) { l.common_name = "MTA-STS.example.com"; });
     }},
    {"sts-cert-name", kYes, "and the right common name",
     [](CheckFacts& f) {
       set_names(f, {"policies.provider.net"});
       change_leaf(f, [](CertificateFacts& l) { l.common_name = "mta-sts.example.com"; });
     }},
    {"sts-cert-cn-only", kNo, "another name",
     [](CheckFacts& f) { set_names(f, {"policies.provider.net"}); }},
    {"sts-cert-wildcard-depth", kYes, "one label too many",
     [](CheckFacts& f) { set_names(f, {"*.com"}); }, "for *.com"},
    {"sts-cert-wildcard-depth", kNo, "another domain",
     [](CheckFacts& f) { set_names(f, {"*.example.net"}); }},
    {"sts-cert-default-vhost", kYes, "another host answers",
     [](CheckFacts& f) {
       set_names(f, {"www.hosting.net"});
       set_outcome(f, 404);
     },
     "for www.hosting.net"},
    {"sts-cert-default-vhost", kYes, "the server says so",
     [](CheckFacts& f) { fail_tls(f, HandshakeStatus::alert, "alert: unrecognized name"); }},
    {"sts-cert-default-vhost", kNo, "the policy is there",
     [](CheckFacts& f) { set_names(f, {"policies.provider.net"}); }},
    {"sts-caa-forbids", kYes, "another authority",
     [](CheckFacts& f) { set_caa(f, {{0, "issue", "digicert.com"}}); },
     "example.com. IN CAA 0 issue \"letsencrypt.org\""},
    {"sts-caa-forbids", kYes, "nobody",
     [](CheckFacts& f) {
       set_caa(f, {{0, "issue", ";"}});
       change_leaf(f, [](CertificateFacts& leaf) { leaf.issuer = "CN=Some CA"; });
     }},
    {"sts-caa-forbids", kNo, "allowed, with parameters",
     [](CheckFacts& f) {
       set_caa(f, {{0, "issue", "digicert.com"}, {0, "issue", " LetsEncrypt.org ; a=b"}});
     }},
    {"sts-caa-forbids", kNo, "only wildcards are restricted",
     [](CheckFacts& f) { set_caa(f, {{0, "issuewild", ";"}, {0, "iodef", "mailto:a@b.c"}}); }},
    {"sts-caa-forbids", kNo, "an authority that we do not know",
     [](CheckFacts& f) {
       set_caa(f, {{0, "issue", "some-ca.test"}});
       change_leaf(f, [](CertificateFacts& leaf) { leaf.issuer = "CN=Some CA"; });
     }},
    {"sts-caa-forbids", kYes, "a wildcard certificate",
     [](CheckFacts& f) {
       set_caa(f, {{0, "issue", "letsencrypt.org"}, {0, "issuewild", ";"}});
       change_leaf(f, [](CertificateFacts& leaf) { leaf.dns_names = {"*.example.com"}; });
     }},
};

}  // namespace

std::vector<RuleRow> rows_of_sts_tls() {
  return rows_in({kHandshakeRows, kChainRows, kCertificateRows});
}

TEST_CASE("rules about TLS at the policy host") { run_rows(rows_of_sts_tls()); }

TEST_CASE("the nearer the end of a certificate, the graver") {
  auto certificate = good_certificate("a.test", "CN=CA");
  certificate.not_before = kTestNow;
  certificate.not_after = kTestNow + 90 * kTestDay;
  const auto after = [&](int days) {
    return severity_of_expiry(certificate, kTestNow + days * kTestDay);
  };
  CHECK(after(-1) == std::nullopt);
  CHECK(after(60) == std::nullopt);
  CHECK(after(67) == std::nullopt);
  CHECK(after(68) == Severity::warning);
  CHECK(after(81) == Severity::warning);
  CHECK(after(82) == Severity::error);
  CHECK(after(90) == std::nullopt);
}

TEST_CASE("of another host's certificate only that is said") {
  auto facts = good_domain();
  set_names(facts, {"www.hosting.net"});
  set_outcome(facts, 404);
  set_chain(facts, ChainStatus::self_signed);
  const auto ids = ids_of(findings_of(facts));
  CAPTURE(ids);
  CHECK(ids.find("sts-cert-self-signed") == std::string::npos);
}

}  // namespace strictmx
