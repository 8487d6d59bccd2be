#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "core/check/address_outlook.h"
#include "core/check/certificate_strength.h"
#include "core/check/check_rules.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

constexpr Millis kSlowHandshake{5000};
constexpr unsigned kSmallestGroup = 2048;  // bits of a Diffie-Hellman prime, RFC 9325 §4.3
constexpr unsigned kSmallestCipher = 112;  // bits, RFC 9325 §4.1

using Hit = std::optional<AddressHit>;

bool done(const TlsFacts& tls) { return tls.status == HandshakeStatus::done; }
bool done(const std::optional<SmtpDialogue>& dialogue) { return dialogue && done(dialogue->tls); }

// The peer ended it, neither the clock nor we.
bool refused(const std::optional<SmtpDialogue>& dialogue) {
  if (!dialogue) return false;
  const auto status = dialogue->tls.status;
  return status == HandshakeStatus::alert || status == HandshakeStatus::closed ||
         status == HandshakeStatus::protocol;
}

bool small_group(const TlsFacts& tls) {
  return done(tls) && tls.group == "DH" && tls.group_bits < kSmallestGroup;
}
bool small_group_with_anything(const AddressCase& at) {
  return done(at.seen.any_tls) && small_group(at.seen.any_tls->tls);
}

bool too_old(const AddressCase& at) {
  if (done(at.seen.any_tls)) return at.seen.any_tls->tls.version < TlsVersion::tls12;
  return at.tls().status == HandshakeStatus::no_version;
}

// Weakness that another finding names.
bool weak_by_name(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  if (leaf == nullptr && at.seen.any_tls) leaf = at.seen.any_tls->tls.chain.leaf();
  return small_group_with_anything(at) || (leaf != nullptr && !weakness_of(*leaf).empty());
}

Hit look_handshake(const AddressCase& at) {
  if (at.seen.dialogue.end != SmtpEnd::tls_failed || too_old(at)) return std::nullopt;
  switch (at.tls().status) {
    case HandshakeStatus::alert:
    case HandshakeStatus::no_version:
    case HandshakeStatus::closed:
    case HandshakeStatus::timeout:
    case HandshakeStatus::not_tls:
    case HandshakeStatus::protocol:
      break;
    case HandshakeStatus::not_tried:
    case HandshakeStatus::done:
    case HandshakeStatus::weak:
    case HandshakeStatus::certificate_ask:
    case HandshakeStatus::local:
      return std::nullopt;
  }
  const auto& detail = at.tls().detail;
  return AddressHit{detail.empty() ? std::string(name_of(at.tls().status)) : quote(detail)};
}

Hit look_no_12(const AddressCase& at) {
  if (at.seen.dialogue.end != SmtpEnd::tls_failed || !too_old(at)) return std::nullopt;
  if (!done(at.seen.any_tls)) return AddressHit{quote(at.tls().detail)};
  return AddressHit{fmt::format("the newest version is {}", name_of(at.seen.any_tls->tls.version)),
                    "Postfix: smtpd_tls_protocols = >=TLSv1.2"};
}

Hit look_13_only(const AddressCase& at) {
  const auto& versions = at.seen.versions;
  if (versions.tls13 != VersionSupport::yes || versions.tls12 != VersionSupport::no)
    return std::nullopt;
  return AddressHit{"TLS 1.3: yes, TLS 1.2: no"};
}

Hit look_old(const AddressCase& at) {
  const auto& versions = at.seen.versions;
  const bool tls10 = versions.tls10 == VersionSupport::yes;
  const bool tls11 = versions.tls11 == VersionSupport::yes;
  if (!done(at.tls()) || (!tls10 && !tls11)) return std::nullopt;
  return AddressHit{tls10 && tls11 ? "TLS 1.0 and TLS 1.1" : tls10 ? "TLS 1.0" : "TLS 1.1"};
}

Hit look_no_13(const AddressCase& at) {
  if (!done(at.tls()) || at.seen.versions.tls13 != VersionSupport::no) return std::nullopt;
  return AddressHit{fmt::format("the newest version is {}", name_of(at.tls().version))};
}

bool weak_cipher(const TlsFacts& tls) {
  constexpr std::array<std::string_view, 6> kWeak = {"_RC4_",  "_3DES_",   "_DES_",
                                                     "_NULL_", "_EXPORT_", "_RC2_"};
  if (tls.cipher_bits > 0 && tls.cipher_bits < kSmallestCipher) return true;
  return std::ranges::any_of(kWeak,
                             [&](auto part) { return tls.cipher.find(part) != std::string::npos; });
}

Hit look_cipher(const AddressCase& at) {
  if (!done(at.tls()) || !weak_cipher(at.tls())) return std::nullopt;
  return AddressHit{fmt::format("{}, {} bits", quote(at.tls().cipher), at.tls().cipher_bits)};
}

Hit look_secrecy(const AddressCase& at) {
  if (!done(at.tls()) || at.tls().forward_secrecy) return std::nullopt;
  return AddressHit{quote(at.tls().cipher)};
}

Hit look_anonymous(const AddressCase& at) {
  if (!done(at.tls()) || !at.tls().anonymous) return std::nullopt;
  return AddressHit{quote(at.tls().cipher)};
}

Hit look_group(const AddressCase& at) {
  const auto* tls = small_group(at.tls())           ? &at.tls()
                    : small_group_with_anything(at) ? &at.seen.any_tls->tls
                                                    : nullptr;
  if (tls == nullptr) return std::nullopt;
  return AddressHit{fmt::format("Diffie-Hellman group of {} bits", tls->group_bits)};
}

Hit look_weak(const AddressCase& at) {
  if (at.tls().status != HandshakeStatus::weak || weak_by_name(at)) return std::nullopt;
  if (done(at.seen.any_tls) && at.seen.any_tls->tls.version < TlsVersion::tls12)
    return std::nullopt;
  return AddressHit{quote(at.tls().detail)};
}

Hit look_no_sni(const AddressCase& at) {
  if (!done(at.tls()) || !refused(at.seen.no_sni)) return std::nullopt;
  return AddressHit{"without SNI: " + quote(at.seen.no_sni->tls.detail)};
}

Hit look_other_sni(const AddressCase& at) {
  if (!done(at.tls()) || !refused(at.seen.other_sni)) return std::nullopt;
  const auto& tls = at.seen.other_sni->tls;
  return AddressHit{fmt::format("SNI \"{}\": {}", quote(tls.server_name), quote(tls.detail))};
}

Hit look_differs_by_sni(const AddressCase& at) {
  if (!done(at.tls()) || !done(at.seen.no_sni)) return std::nullopt;
  const auto* with = at.chain().leaf();
  const auto* without = at.seen.no_sni->tls.chain.leaf();
  // Two kinds of keys are no two names: which one comes is up to the client's wishes.
  if (with == nullptr || without == nullptr || with->sha256 == without->sha256) return std::nullopt;
  if (with->dns_names == without->dns_names) return std::nullopt;
  return AddressHit{
      fmt::format("with SNI: {}; without: {}", quote(with->subject), quote(without->subject))};
}

Hit look_compression(const AddressCase& at) {
  if (!done(at.tls()) || !at.tls().compression) return std::nullopt;
  return AddressHit{std::string(name_of(at.tls().version)) + " with compression"};
}

Hit look_master_secret(const AddressCase& at) {
  if (!done(at.tls()) || at.tls().extended_master_secret) return std::nullopt;
  return AddressHit{std::string(name_of(at.tls().version)) + " without the extension"};
}

Hit look_renegotiation(const AddressCase& at) {
  if (!done(at.tls()) || at.tls().secure_renegotiation) return std::nullopt;
  return AddressHit{std::string(name_of(at.tls().version)) + " without the extension"};
}

Hit look_client_required(const AddressCase& at) {
  if (at.tls().status != HandshakeStatus::certificate_ask) return std::nullopt;
  return AddressHit{at.tls().detail.empty() ? "the handshake ends without one"
                                            : quote(at.tls().detail)};
}

Hit look_client_asked(const AddressCase& at) {
  if (!done(at.tls()) || !at.tls().asked_for_certificate) return std::nullopt;
  return AddressHit{"certificate request in the handshake"};
}

Hit look_slow(const AddressCase& at) {
  if (!done(at.tls()) || at.tls().time < kSlowHandshake) return std::nullopt;
  return AddressHit{fmt::format("{} s", at.tls().time.count() / 1000)};
}

constexpr RuleAtAddress kTlsRules[] = {
    {"tls-handshake-failed", Blocks::tls, look_handshake},
    {"tls-no-12", Blocks::tls, look_no_12},
    {"tls-13-only", Blocks::no, look_13_only},
    {"tls-old-enabled", Blocks::no, look_old},
    {"tls-no-13", Blocks::no, look_no_13},
    {"tls-weak-cipher", Blocks::no, look_cipher},
    {"tls-no-fs", Blocks::no, look_secrecy},
    {"tls-anon-only", Blocks::tls, look_anonymous},
    {"tls-dh-small", Blocks::no, look_group},
    {"tls-weak-parameters", Blocks::tls, look_weak},
    {"tls-sni-required", Blocks::no, look_no_sni},
    {"tls-sni-abort", Blocks::no, look_other_sni},
    {"tls-cert-differs-by-sni", Blocks::no, look_differs_by_sni},
    {"tls-compression", Blocks::no, look_compression},
    {"tls-no-ems", Blocks::no, look_master_secret},
    {"tls-renegotiation", Blocks::no, look_renegotiation},
    {"tls-client-cert-required", Blocks::tls, look_client_required},
    {"tls-client-cert-asked", Blocks::no, look_client_asked},
    {"tls-slow", Blocks::no, look_slow},
};

// What a sender would notice; different keys of equal worth are not it.
std::string face_of(const MxHostFacts& host, const SmtpAddressFacts& seen) {
  const auto& tls = seen.dialogue.tls;
  const auto name = host.host ? host.host->text() : host.name;
  const auto why = why_not_trusted(tls.chain, name);
  return fmt::format("{}, {}", name_of(tls.version), why.empty() ? "a good certificate" : why);
}

void look_at_differences(const MxHostFacts& host, Findings& findings) {
  std::map<std::string, std::string> faces;  // with one address that has it
  for (const auto& seen : host.addresses) {
    if (done(seen.dialogue.tls)) faces.emplace(face_of(host, seen), seen.address.text());
  }
  if (faces.size() < 2) return;
  std::string evidence;
  for (const auto& [face, address] : faces) {
    evidence += evidence.empty() ? "" : "; ";
    evidence += fmt::format("[{}] {}", address, face);
  }
  findings.add("mx-addresses-differ", object_of(host), evidence);
}

}  // namespace

void check_tls(const CheckView& view, Findings& findings) {
  apply_at_addresses(view, kTlsRules, findings);
  for (const auto& host : view.facts.hosts) look_at_differences(host, findings);
}

}  // namespace strictmx
