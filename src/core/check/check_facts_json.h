// core/check/check_facts_json.h: the facts of a check as JSON, for people who want the evidence and
// for programs that judge by rules of their own. The form is docs/formats/check-facts.md; its
// version is the member "version". Pure. Octets that are no UTF-8 become U+FFFD. Certificates are
// there by their digests, not whole.
#pragma once
#include "base/json.h"
#include "core/check/check_facts.h"

namespace strictmx {

constexpr int kCheckFactsVersion = 1;

Json facts_json(const CheckFacts& facts);

// Its parts, which reports show as evidence.
Json dns_json(const DnsMeta& meta);
Json tls_json(const TlsFacts& tls);
Json smtp_address_json(const SmtpAddressFacts& address);

}  // namespace strictmx
