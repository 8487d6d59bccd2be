#include "core/check/certificate_facts.h"

#include <algorithm>

namespace strictmx {

std::string_view name_of(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "rsa";
    case KeyType::ec:
      return "ec";
    case KeyType::ed25519:
      return "ed25519";
    case KeyType::ed448:
      return "ed448";
    case KeyType::dsa:
      return "dsa";
    case KeyType::other:
      return "other";
  }
  return "unknown";
}

std::string_view name_of(SignatureDigest digest) {
  switch (digest) {
    case SignatureDigest::none:
      return "none";
    case SignatureDigest::md5:
      return "md5";
    case SignatureDigest::sha1:
      return "sha1";
    case SignatureDigest::sha2:
      return "sha2";
    case SignatureDigest::sha3:
      return "sha3";
    case SignatureDigest::other:
      return "other";
  }
  return "unknown";
}

std::string_view name_of(ServerAuth use) {
  switch (use) {
    case ServerAuth::unrestricted:
      return "unrestricted";
    case ServerAuth::allowed:
      return "allowed";
    case ServerAuth::missing:
      return "missing";
  }
  return "unknown";
}

std::string_view name_of(ChainStatus status) {
  switch (status) {
    case ChainStatus::not_checked:
      return "not_checked";
    case ChainStatus::ok:
      return "ok";
    case ChainStatus::expired:
      return "expired";
    case ChainStatus::not_yet_valid:
      return "not_yet_valid";
    case ChainStatus::self_signed:
      return "self_signed";
    case ChainStatus::unknown_root:
      return "unknown_root";
    case ChainStatus::incomplete:
      return "incomplete";
    case ChainStatus::purpose:
      return "purpose";
    case ChainStatus::weak:
      return "weak";
    case ChainStatus::bad_signature:
      return "bad_signature";
    case ChainStatus::name_constraint:
      return "name_constraint";
    case ChainStatus::other:
      return "other";
  }
  return "unknown";
}

std::string_view name_of(TlsaMatch match) {
  switch (match) {
    case TlsaMatch::not_checked:
      return "not_checked";
    case TlsaMatch::match:
      return "match";
    case TlsaMatch::no_match:
      return "no_match";
    case TlsaMatch::unusable:
      return "unusable";
    case TlsaMatch::ta_not_sent:
      return "ta_not_sent";
    case TlsaMatch::ta_chain:
      return "ta_chain";
    case TlsaMatch::ta_expired:
      return "ta_expired";
    case TlsaMatch::ta_wrong_name:
      return "ta_wrong_name";
  }
  return "unknown";
}

bool names_host(const CertificateFacts& certificate, std::string_view host) {
  const auto dot = host.find('.');
  const auto parent = dot == std::string_view::npos ? std::string_view() : host.substr(dot + 1);
  return std::ranges::any_of(certificate.dns_names, [&](std::string_view name) {
    if (!name.starts_with("*.")) return !name.empty() && name == host;
    return !parent.empty() && name.substr(2) == parent;  // RFC 9525 §6.3
  });
}

}  // namespace strictmx
