// tls/certificate.h: reads one X.509 certificate into values (core/check/certificate_facts). Pure.
// Source: RFC 5280 §4.1, §4.2. OpenSSL's types are named here, its headers are in the .cc only.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/check/certificate_facts.h"

struct x509_st;  // OpenSSL's X509

namespace strictmx {

// Never fails: what cannot be read stays at its default.
CertificateFacts read_certificate(x509_st* certificate);

// Octets of a certificate in DER. Errors: Errc::syntax.
Result<CertificateFacts> read_certificate(std::string_view der);

}  // namespace strictmx
