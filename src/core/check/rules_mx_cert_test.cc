#include "core/check/test_check_rules.h"
#include "core/check/test_mail_hosts.h"

namespace strictmx {

namespace {

CertificateFacts& leaf(CheckFacts& facts) { return leaf_of(first_address(facts)); }
ChainFacts& chain(CheckFacts& facts) { return first_dialogue(facts).tls.chain; }

void end_at(CertificateFacts& certificate, Seconds from_now) {
  certificate.not_after = kTestNow + from_now;
}
void expired(CheckFacts& facts) {
  end_at(leaf(facts), -kTestDay);
  chain(facts).status = ChainStatus::expired;
  chain(facts).depth = 0;
}
void authority_expired(CheckFacts& facts) {
  end_at(chain(facts).sent[1], -kTestDay);
  chain(facts).status = ChainStatus::expired;
  chain(facts).depth = 1;
}
template <ChainStatus kStatus>
void chain_is(CheckFacts& facts) {
  spoil_chain(first_address(facts), kStatus);
  chain(facts).detail = "what OpenSSL says";
}
template <int kDays>
void ends_in(CheckFacts& facts) {
  end_at(leaf(facts), kDays * kTestDay);
}
void named(CheckFacts& facts, std::vector<std::string> names) {
  leaf(facts).dns_name_count = names.size();
  leaf(facts).dns_names = std::move(names);
}
void other_name(CheckFacts& facts) { named(facts, {"www.example.com"}); }
void no_names(CheckFacts& facts) { named(facts, {}); }
void rsa(CheckFacts& facts, unsigned bits) {
  leaf(facts).key = KeyType::rsa;
  leaf(facts).key_bits = bits;
}
void with_rsa_too(CheckFacts& facts) {
  first_address(facts).other_key = good_dialogue("mx1.example.com");
  first_address(facts).other_key->tls.chain.sent[0].key = KeyType::rsa;
}

std::vector<RuleRow> rows_of_dates() {
  return {
      {"mx-cert-expired", kYes, "yesterday", expired, "ended on 2026-11-25"},
      {"mx-cert-expired", kNo, "the authority's", authority_expired},
      {"mx-cert-not-yet-valid", kYes, "tomorrow",
       [](CheckFacts& facts) {
         chain_is<ChainStatus::not_yet_valid>(facts);
         leaf(facts).not_before = kTestNow + kTestDay;
       },
       "2026-11-27"},
      {"mx-cert-not-yet-valid", kNo, "since today",
       [](CheckFacts& facts) { leaf(facts).not_before = kTestNow; }},
      {"mx-cert-intermediate-expired", kYes, "yesterday", authority_expired, "Good CA 1"},
      {"mx-cert-intermediate-expired", kNo, "the leaf", expired},
      {"mx-cert-expiring", kYes, "5 days", ends_in<5>, "in 5 of 25 days"},
      {"mx-cert-expiring", kNo, "ended", expired},
      {"mx-cert-expiring", kNo, "40 days", ends_in<40>},
      {"mx-cert-intermediate-expiring", kYes, "in 10 days",
       [](CheckFacts& facts) { end_at(chain(facts).sent[1], 10 * kTestDay); }, "2026-12-06"},
      {"mx-cert-intermediate-expiring", kNo, "in 20 days",
       [](CheckFacts& facts) { end_at(chain(facts).sent[1], 20 * kTestDay); }},
      {"mx-cert-not-reloaded", kYes, "the other address is newer", expired,
       "ends on 2026-11-25 here, and on 2027-02-04"},
      {"mx-cert-not-reloaded", kNo, "all have ended",
       [](CheckFacts& facts) {
         at_each_address(facts, [](auto& seen) {
           end_at(leaf_of(seen), -kTestDay);
           spoil_chain(seen, ChainStatus::expired);
         });
       }},
      {"mx-cert-not-reloaded", kNo, "the newer one is for another host",
       [](CheckFacts& facts) {
         for (auto& seen : facts.hosts[0].addresses) end_at(leaf_of(seen), -kTestDay);
       }},
  };
}

std::vector<RuleRow> rows_of_trust() {
  return {
      {"mx-cert-self-signed", kYes, "self-signed", chain_is<ChainStatus::self_signed>,
       "signs itself"},
      {"mx-cert-self-signed", kYes, "and expired",
       [](CheckFacts& facts) {
         expired(facts);
         chain(facts).status_at_any_time = ChainStatus::self_signed;
       }},
      {"mx-cert-self-signed", kNo, "another authority", chain_is<ChainStatus::unknown_root>},
      {"mx-cert-unknown-ca", kYes, "another authority", chain_is<ChainStatus::unknown_root>,
       "Good CA 1"},
      {"mx-cert-unknown-ca", kNo, "incomplete", chain_is<ChainStatus::incomplete>},
      {"mx-cert-chain-incomplete", kYes, "no authority",
       [](CheckFacts& facts) {
         chain_is<ChainStatus::incomplete>(facts);
         chain(facts).sent.pop_back();
       },
       "\"CN=Good CA 1,O=Good Authority\" is not sent"},
      {"mx-cert-chain-incomplete", kNo, "good", unchanged},
      {"mx-cert-eku", kYes, "for clients",
       [](CheckFacts& facts) {
         chain_is<ChainStatus::purpose>(facts);
         leaf(facts).server_auth = ServerAuth::missing;
       }},
      {"mx-cert-eku", kNo, "no limits",
       [](CheckFacts& facts) { leaf(facts).server_auth = ServerAuth::unrestricted; }},
      {"mx-cert-bad-chain", kYes, "a bad signature", chain_is<ChainStatus::bad_signature>,
       "what OpenSSL says"},
      {"mx-cert-bad-chain", kYes, "the issuer is no authority", chain_is<ChainStatus::purpose>},
      {"mx-cert-bad-chain", kNo, "for clients: another finding",
       [](CheckFacts& facts) {
         chain_is<ChainStatus::purpose>(facts);
         leaf(facts).server_auth = ServerAuth::missing;
       }},
      {"mx-cert-name-constraint", kYes, "excluded", chain_is<ChainStatus::name_constraint>},
      {"mx-cert-name-constraint", kNo, "other", chain_is<ChainStatus::other>},
      {"mx-cert-weak", kYes, "RSA 1024", [](CheckFacts& facts) { rsa(facts, 1024); },
       "RSA key of 1024 bits"},
      {"mx-cert-weak", kYes, "SHA-1",
       [](CheckFacts& facts) { leaf(facts).digest = SignatureDigest::sha1; }, "SHA-1"},
      {"mx-cert-weak", kYes, "the handshake fails for it",
       [](CheckFacts& facts) {
         rsa(facts, 1024);
         fail_handshake(first_address(facts), HandshakeStatus::weak, "ee key too small");
       }},
      {"mx-cert-weak", kNo, "RSA 2048", [](CheckFacts& facts) { rsa(facts, 2048); }},
      {"mx-cert-must-staple", kYes, "not stapled",
       [](CheckFacts& facts) { leaf(facts).must_staple = true; }},
      {"mx-cert-must-staple", kNo, "stapled",
       [](CheckFacts& facts) {
         leaf(facts).must_staple = true;
         first_dialogue(facts).tls.stapled = true;
       }},
      {"mx-cert-is-ca", kYes, "CA:TRUE", [](CheckFacts& facts) { leaf(facts).is_ca = true; }},
      {"mx-cert-is-ca", kNo, "self-signed",
       [](CheckFacts& facts) { leaf(facts).is_ca = leaf(facts).self_signed = true; }},
  };
}

std::vector<RuleRow> rows_of_names() {
  return {
      {"mx-cert-name", kYes, "another name", other_name, "DNS:mx1.example.com"},
      {"mx-cert-name", kNo, "not all names were read",
       [](CheckFacts& facts) {
         other_name(facts);
         leaf(facts).dns_name_count = 300;
       }},
      {"mx-cert-name", kNo, "self-signed: another finding",
       [](CheckFacts& facts) {
         other_name(facts);
         leaf(facts).self_signed = true;
         spoil_chain(first_address(facts), ChainStatus::self_signed);
       }},
      {"mx-cert-name-domain", kYes, "the domain",
       [](CheckFacts& facts) { named(facts, {"example.com", "www.example.com"}); },
       "for example.com, www.example.com"},
      {"mx-cert-name-domain", kNo, "another name", other_name},
      {"mx-cert-name-trailing", kYes, "localhost",
       [](CheckFacts& facts) { named(facts, {"localhost", "localhost.localdomain"}); }},
      {"mx-cert-name-trailing", kNo, "localhost and another",
       [](CheckFacts& facts) { named(facts, {"localhost", "www.example.com"}); }},
      {"mx-cert-name-ip", kYes, "an address",
       [](CheckFacts& facts) {
         no_names(facts);
         leaf(facts).ip_names = {"5.0.0.1"};
       },
       "5.0.0.1"},
      {"mx-cert-name-ip", kNo, "no name at all", no_names},
      {"mx-cert-cn-only", kYes, "no name at all", no_names, "common name \"mx1.example.com\""},
      {"mx-cert-cn-only", kNo, "another name", other_name},
      {"mx-cert-wildcard-depth", kYes, "two labels",
       [](CheckFacts& facts) {
         named(facts, {"*.example.com"});
         facts.hosts[0].name = "a.mx.example.com";
         facts.hosts[0].host = *Domain::parse("a.mx.example.com");
       },
       "*.example.com"},
      {"mx-cert-wildcard-depth", kNo, "one label",
       [](CheckFacts& facts) { named(facts, {"*.example.com"}); }},
  };
}

std::vector<RuleRow> rows_of_form() {
  return {
      {"mx-cert-chain-order", kYes, "in disorder",
       [](CheckFacts& facts) { chain(facts).ordered = false; }},
      {"mx-cert-chain-order", kNo, "good", unchanged},
      {"mx-cert-root-included", kYes, "with root",
       [](CheckFacts& facts) { chain(facts).root_included = true; }},
      {"mx-cert-root-included", kNo, "the root is in a TLSA record",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         chain(facts).root_included = true;
         chain(facts).sent[1].self_signed = true;
       }},
      {"mx-cert-duplicates", kYes, "twice",
       [](CheckFacts& facts) { chain(facts).duplicates = true; }},
      {"mx-cert-duplicates", kNo, "good", unchanged},
      {"mx-cert-ecdsa-rsa-split", kYes, "RSA has expired",
       [](CheckFacts& facts) {
         with_rsa_too(facts);
         auto& other = first_address(facts).other_key->tls.chain;
         other.status = ChainStatus::expired;
         end_at(other.sent[0], -kTestDay);
       },
       "with the rsa key it shows a certificate that ended on 2026-11-25"},
      {"mx-cert-ecdsa-rsa-split", kNo, "both good", with_rsa_too},
      {"mx-cert-ecdsa-rsa-split", kNo, "no RSA",
       [](CheckFacts& facts) {
         first_address(facts).other_key = SmtpDialogue{};
         first_address(facts).other_key->tls.status = HandshakeStatus::alert;
       }},
      {"mx-cert-ok-dane-only", kYes, "self-signed with DANE",
       [](CheckFacts& facts) {
         sign_with_dane(facts);
         chain_is<ChainStatus::self_signed>(facts);
       },
       "self-signed"},
      {"mx-cert-ok-dane-only", kNo, "both good", sign_with_dane},
      {"mx-cert-ok-dane-only", kNo, "no DANE", chain_is<ChainStatus::self_signed>},
  };
}

}  // namespace

std::vector<RuleRow> rows_of_mx_cert() {
  auto rows = rows_of_dates();
  for (const auto& more : {rows_of_trust(), rows_of_names(), rows_of_form()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

TEST_CASE("findings: certificates of the MX hosts") { run_rows(rows_of_mx_cert()); }

}  // namespace strictmx
