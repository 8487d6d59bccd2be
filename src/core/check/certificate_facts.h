// core/check/certificate_facts.h: what one server certificate and the chain around it say, as
// values. Source: RFC 5280 §4.1, §4.2 (fields), RFC 9525 §6 (names). Filled by tls/chain_facts;
// judged by the rules of strictmx check. Names and texts come from the peer: they are remote text,
// to be escaped when printed. Limits: 10 certificates of a chain and 200 names of a certificate are
// kept, each name of at most 253 octets, each text of at most 512; the totals say how many there
// were.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/tlsa_record.h"

namespace strictmx {

constexpr std::size_t kMaxChainFacts = 10;
constexpr std::size_t kMaxNameFacts = 200;

enum class KeyType : std::uint8_t { rsa, ec, ed25519, ed448, dsa, other };
std::string_view name_of(KeyType type);

// The digest below the issuer's signature; `none`: the algorithm brings its own (EdDSA).
enum class SignatureDigest : std::uint8_t { none, md5, sha1, sha2, sha3, other };
std::string_view name_of(SignatureDigest digest);

// RFC 5280 §4.2.1.12. Without the extension every use is allowed.
enum class ServerAuth : std::uint8_t { unrestricted, allowed, missing };
std::string_view name_of(ServerAuth use);

struct CertificateFacts {
  std::string subject;  // RFC 2253 form
  std::string issuer;
  std::string common_name;  // of the subject, the last one; empty without
  std::string serial;       // upper-case hex
  std::string sha256;       // upper-case hex, of the whole certificate ("3 0 1")
  std::string spki_sha256;  // upper-case hex, of the public key ("3 1 1")
  std::string der;          // octets

  std::vector<std::string> dns_names;  // DNS-IDs, lower case, "*." kept, in their order
  std::size_t dns_name_count = 0;
  std::vector<std::string> ip_names;  // iPAddress entries as text

  WallTime not_before;
  WallTime not_after;

  KeyType key = KeyType::other;
  unsigned key_bits = 0;
  std::string signature_algorithm;  // OpenSSL's long name: "ecdsa-with-SHA256"
  SignatureDigest digest = SignatureDigest::other;

  std::string ca_issuers;  // where the issuer's certificate can be had (RFC 5280 §4.2.2.1); empty

  bool self_issued = false;  // subject equals issuer
  bool self_signed = false;  // and its own key verifies it
  bool is_ca = false;
  bool must_staple = false;  // RFC 7633
  ServerAuth server_auth = ServerAuth::unrestricted;
};

// RFC 9525 §6.3: some DNS-ID equals `host`, or is "*" as the whole left-most label of it.
// `host` is in lower case without final dot. Names that were dropped do not count.
bool names_host(const CertificateFacts& certificate, std::string_view host);

// The chain against the trusted roots, names left aside. The first fault that OpenSSL meets.
enum class ChainStatus : std::uint8_t {
  not_checked,      // no certificate was seen
  ok,               // leads to a trusted root
  expired,          // of some certificate: `depth`
  not_yet_valid,    // likewise
  self_signed,      // the leaf signs itself
  unknown_root,     // a root was sent that is not trusted
  incomplete,       // an issuer is neither sent nor a trusted root
  purpose,          // not for TLS servers, or an issuer that is no authority
  weak,             // key or digest too weak for OpenSSL's security level
  bad_signature,    // some signature does not verify
  name_constraint,  // outside of what its authority may issue
  other,
};
std::string_view name_of(ChainStatus status);

struct ChainFacts {
  std::vector<CertificateFacts> sent;  // as they came, leaf first
  std::size_t sent_count = 0;

  ChainStatus status = ChainStatus::not_checked;
  std::string detail;  // OpenSSL's words; empty for ok
  int depth = 0;       // of the fault; 0 is the leaf

  // With the dates left aside: an expired chain may be untrusted as well.
  ChainStatus status_at_any_time = ChainStatus::not_checked;
  std::string trust_anchor;  // subject of the root it ends in; empty unless ok (at any time)

  bool ordered = true;         // each certificate sent is issued by the next one
  bool duplicates = false;     // one was sent twice
  bool root_included = false;  // a self-signed one was sent behind the leaf

  const CertificateFacts* leaf() const { return sent.empty() ? nullptr : &sent.front(); }
};

// One TLSA record against one presented chain (RFC 7672 §3.1, RFC 7671 §5).
enum class TlsaMatch : std::uint8_t {
  not_checked,   // no chain was seen
  match,         // authenticates the server
  no_match,      // nothing that was presented has this digest or data
  unusable,      // RFC 7672 §3.1.3, RFC 7671 §4: not for SMTP, or with unknown parameters
  ta_not_sent,   // usage 2 names the issuer of what was sent, but the server leaves it out
  ta_chain,      // usage 2 matches, but the chain from there to the leaf does not verify
  ta_expired,    // usage 2 matches, but a certificate below is out of its dates
  ta_wrong_name  // usage 2 matches, but no DNS-ID is a reference name (RFC 7672 §3.2.3)
};
std::string_view name_of(TlsaMatch match);

struct TlsaMatchFacts {
  TlsaRecord record;
  TlsaMatch match = TlsaMatch::not_checked;
  int depth = -1;  // of the certificate it is about, in the chain as sent; -1: none
};

}  // namespace strictmx
