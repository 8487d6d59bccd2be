// The part of core/check/check_facts_json.h that is about TLS and certificates.
#include "core/check/check_facts_json.h"

namespace strictmx {
namespace {

Json number(std::size_t value) { return Json(static_cast<std::int64_t>(value)); }

Json certificate_json(const CertificateFacts& certificate) {
  return Json::Object{
      {"subject", certificate.subject},
      {"issuer", certificate.issuer},
      {"serial", certificate.serial},
      {"sha256", certificate.sha256},
      {"spki_sha256", certificate.spki_sha256},
      {"dns_names", Json::strings(certificate.dns_names)},
      {"dns_name_count", number(certificate.dns_name_count)},
      {"ip_names", Json::strings(certificate.ip_names)},
      {"not_before", format_utc(certificate.not_before)},
      {"not_after", format_utc(certificate.not_after)},
      {"key", name_of(certificate.key)},
      {"key_bits", number(certificate.key_bits)},
      {"signature_algorithm", certificate.signature_algorithm},
      {"ca_issuers", certificate.ca_issuers},
      {"self_signed", certificate.self_signed},
      {"is_ca", certificate.is_ca},
      {"must_staple", certificate.must_staple},
      {"server_auth", name_of(certificate.server_auth)},
  };
}

Json chain_json(const ChainFacts& chain) {
  Json::Array sent;
  for (const auto& certificate : chain.sent) sent.push_back(certificate_json(certificate));
  return Json::Object{
      {"status", name_of(chain.status)},
      {"detail", chain.detail},
      {"depth", chain.depth},
      {"status_at_any_time", name_of(chain.status_at_any_time)},
      {"trust_anchor", chain.trust_anchor},
      {"ordered", chain.ordered},
      {"duplicates", chain.duplicates},
      {"root_included", chain.root_included},
      {"sent_count", number(chain.sent_count)},
      {"sent", std::move(sent)},
  };
}

}  // namespace

Json tls_json(const TlsFacts& tls) {
  Json::Object object{{"status", name_of(tls.status)},
                      {"detail", tls.detail},
                      {"server_name", tls.server_name},
                      {"ms", static_cast<std::int64_t>(tls.time.count())}};
  if (tls.status == HandshakeStatus::done) {
    object.emplace_back("version", name_of(tls.version));
    object.emplace_back("cipher", tls.cipher);
    object.emplace_back("cipher_bits", number(tls.cipher_bits));
    object.emplace_back("anonymous", tls.anonymous);
    object.emplace_back("forward_secrecy", tls.forward_secrecy);
    object.emplace_back("group", tls.group);
    object.emplace_back("group_bits", number(tls.group_bits));
    object.emplace_back("compression", tls.compression);
    object.emplace_back("extended_master_secret", tls.extended_master_secret);
    object.emplace_back("secure_renegotiation", tls.secure_renegotiation);
    object.emplace_back("stapled", tls.stapled);
    object.emplace_back("alpn", tls.alpn);
  }
  object.emplace_back("asked_for_certificate", tls.asked_for_certificate);
  if (tls.chain.status != ChainStatus::not_checked)
    object.emplace_back("chain", chain_json(tls.chain));
  return object;
}

}  // namespace strictmx
