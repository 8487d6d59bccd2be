// core/tlsa_record.h: one TLSA record and whether SMTP can use it. Pure.
// Source: RFC 6698 §2, RFC 7671 §4, RFC 7672 §3.1.
// Not here: its octets (wire/dns_rdata), matching certificates (tls), look-ups (flow/dane_lookup).
#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace strictmx {

enum class TlsaUsage : std::uint8_t { pkix_ta = 0, pkix_ee = 1, dane_ta = 2, dane_ee = 3 };

struct TlsaRecord {
  std::uint8_t usage;
  std::uint8_t selector;       // 0 certificate, 1 public key
  std::uint8_t matching_type;  // 0 full, 1 SHA-256, 2 SHA-512
  std::string data;            // octets

  // RFC 7672 §3.1.3: usages 0 and 1 are not for SMTP. RFC 7671 §4: unknown parameters and digests
  // of the wrong length make a record unusable. Full data is parsed only when it is matched.
  bool usable() const;

  // "3 1 1 0123AB…" as TLS reports want it: single blanks, upper-case hex without blanks.
  std::string text() const;

  auto operator<=>(const TlsaRecord&) const = default;
};

}  // namespace strictmx
