// core/check/certificate_strength.h: what senders with the usual settings of their TLS library
// think of the key and the signature of a certificate. Pure. Source: RFC 9325 §4 (strength).
#pragma once
#include <string>

#include "core/check/certificate_facts.h"

namespace strictmx {

// "RSA key of 1024 bits", "signed with SHA-1"; empty if nothing is weak. The signature of a
// self-signed certificate does not count.
std::string weakness_of(const CertificateFacts& certificate);

}  // namespace strictmx
