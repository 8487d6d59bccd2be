// core/check/tls_facts.h: what one TLS handshake as a client showed, as values. Filled by
// tls/client; judged by the rules of strictmx check. Source: RFC 8446, RFC 5246, RFC 8461 §7.2
// (TLS 1.2).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/check/certificate_facts.h"

namespace strictmx {

enum class TlsVersion : std::uint8_t { ssl3, tls10, tls11, tls12, tls13 };
std::string_view name_of(TlsVersion version);  // "TLSv1.2"

enum class HandshakeStatus : std::uint8_t {
  not_tried,
  done,
  alert,            // the peer refused; `detail` is the alert's name
  no_version,       // it answered with a version that we do not offer
  weak,             // refused by our own OpenSSL: key, digest or group below its security level
  closed,           // the peer closed or reset the connection
  timeout,          // no end before the deadline
  not_tls,          // octets that are no TLS record
  protocol,         // TLS, but against its rules
  certificate_ask,  // the peer insists on a certificate of the client
  local,            // our own fault; nothing can be said
};
std::string_view name_of(HandshakeStatus status);

struct TlsFacts {
  HandshakeStatus status = HandshakeStatus::not_tried;
  std::string detail;       // one line, OpenSSL's words or the alert's name
  std::string server_name;  // what we sent as SNI; empty: none

  // For `done` only:
  TlsVersion version = TlsVersion::tls12;
  std::string cipher;  // IANA name, "TLS_AES_256_GCM_SHA384"
  unsigned cipher_bits = 0;
  bool anonymous = false;  // no certificate in this cipher
  bool forward_secrecy = false;
  std::string group;  // "X25519", "P-256", "DH"; empty without ephemeral keys
  unsigned group_bits = 0;
  bool compression = false;
  bool extended_master_secret = false;  // RFC 7627; true for TLS 1.3
  bool secure_renegotiation = false;    // RFC 5746; true for TLS 1.3
  bool asked_for_certificate = false;   // the peer would have liked one
  bool stapled = false;                 // it sent an OCSP response
  std::string alpn;                     // what it chose; empty: nothing

  ChainFacts chain;  // also for handshakes that failed after the certificate
  Millis time{0};    // from the first octet sent to the end of the handshake
};

// Whether the server speaks one version, by a handshake that offers no other.
enum class VersionSupport : std::uint8_t {
  not_tried,  // switched off, or no time left
  yes,
  no,       // refused by alert or closed
  unknown,  // timeout, no connection, or our own library cannot speak it
};
std::string_view name_of(VersionSupport support);

struct VersionFacts {
  VersionSupport tls10 = VersionSupport::not_tried;
  VersionSupport tls11 = VersionSupport::not_tried;
  VersionSupport tls12 = VersionSupport::not_tried;
  VersionSupport tls13 = VersionSupport::not_tried;
};

}  // namespace strictmx
