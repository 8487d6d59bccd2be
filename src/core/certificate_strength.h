// core/certificate_strength.h: what senders with the usual settings of their TLS library think of
// the key and the signature of a certificate, and how near its end is. Pure.
// Source: RFC 9325 §4 (strength).
#pragma once
#include <optional>
#include <string>

#include "core/certificate_facts.h"
#include "core/finding.h"

namespace strictmx {

// "RSA key of 1024 bits", "signed with SHA-1"; empty if nothing is weak. The signature of a
// self-signed certificate does not count.
std::string weakness_of(const CertificateFacts& certificate);

// How urgent renewal is, by the certificate's own lifetime: a warning below a third of it or 30
// days, whichever is less, an error below a tenth or 10 days. Nothing else, and nothing for a
// certificate that has ended already.
std::optional<Severity> expiry_of(const CertificateFacts& certificate, WallTime now);

}  // namespace strictmx
