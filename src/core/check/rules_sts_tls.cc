#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/address_faults.h"
#include "core/check/caa_verdict.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/sts_attempt.h"

namespace strictmx {

namespace {

constexpr unsigned kMinRsaBits = 2048;
constexpr unsigned kMinEcBits = 224;

std::string names_text(const CertificateFacts& leaf) {
  std::vector<std::string> names;
  for (const auto& name : leaf.dns_names) {
    if (names.size() == 5) break;
    names.push_back(escape_remote(name, 255));
  }
  if (names.empty()) return fmt::format("no name but {}", escape_remote(leaf.subject, 120));
  const auto more = leaf.dns_name_count - names.size();
  return "for " + join(names, ", ") + (more == 0 ? "" : fmt::format(" and {} more", more));
}

bool is_unrelated_page(const HttpFacts& http) {
  return http.end == HttpEnd::complete &&
         (http.status != 200 || http.body.find("STSv1") == std::string::npos);
}

bool wildcard_above(const CertificateFacts& leaf, std::string_view host) {
  return std::ranges::any_of(leaf.dns_names, [&](std::string_view name) {
    return name.starts_with("*.") && host.size() > name.size() - 1 &&
           host.ends_with(name.substr(1));
  });
}

std::string_view id_of_name_fault(const PolicyAddressFacts& address, const std::string& host) {
  const auto& leaf = *address.tls.chain.leaf();
  if (leaf.dns_name_count == 0 && ascii_lower(leaf.common_name) == host) return "sts-cert-cn-only";
  if (wildcard_above(leaf, host)) return "sts-cert-wildcard-depth";
  return is_unrelated_page(address.http) ? "sts-cert-default-vhost" : "sts-cert-name";
}

// Empty for a good chain, and for dates, which are looked at apart.
std::string_view id_of_chain_fault(ChainStatus status, const CertificateFacts& leaf) {
  switch (status) {
    case ChainStatus::ok:
    case ChainStatus::not_checked:
    case ChainStatus::expired:
    case ChainStatus::not_yet_valid:
      return {};
    case ChainStatus::self_signed:
      return "sts-cert-self-signed";
    case ChainStatus::unknown_root:
      return "sts-cert-unknown-ca";
    case ChainStatus::incomplete:
      return "sts-cert-chain-incomplete";
    case ChainStatus::purpose:
      return leaf.server_auth == ServerAuth::missing ? "sts-cert-eku" : "sts-cert-invalid";
    case ChainStatus::weak:
      return "sts-cert-weak";
    case ChainStatus::bad_signature:
    case ChainStatus::name_constraint:
    case ChainStatus::other:
      return "sts-cert-invalid";
  }
  return "sts-cert-invalid";
}

bool is_date_fault(ChainStatus status) {
  return status == ChainStatus::expired || status == ChainStatus::not_yet_valid;
}

class PolicyTlsRules {
 public:
  PolicyTlsRules(const CheckView& view, Findings& findings)
      : facts_(view.facts), host_(view.facts.policy_host.dns.name), findings_(findings) {}

  void run() {
    for (const auto& address : facts_.policy_host.addresses) check_handshake(address);
    faults_.report(findings_, host_);
    check_caa();
  }

 private:
  void check_handshake(const PolicyAddressFacts& address) {
    const auto& tls = address.tls;
    const auto detail = escape_remote(tls.detail, 120);
    switch (tls.status) {
      case HandshakeStatus::not_tried:
      case HandshakeStatus::local:
      case HandshakeStatus::timeout:  // told as a slow host
        return;
      case HandshakeStatus::done:
        return check_certificate(address);
      case HandshakeStatus::certificate_ask:
        return faults_.add("sts-tls-client-cert", address.address, detail);
      case HandshakeStatus::no_version:
        return faults_.add("sts-tls-version", address.address, other_version(address));
      case HandshakeStatus::weak:
        return faults_.add("sts-tls-weak", address.address, detail);
      case HandshakeStatus::alert:
      case HandshakeStatus::closed:
      case HandshakeStatus::not_tls:
      case HandshakeStatus::protocol:
        return check_failure(address, detail);
    }
  }

  static std::string other_version(const PolicyAddressFacts& address) {
    const auto& any = address.any_tls;
    if (!any || any->status != HandshakeStatus::done) return escape_remote(address.tls.detail, 120);
    return fmt::format("only {} works", name_of(any->version));
  }

  void check_failure(const PolicyAddressFacts& address, const std::string& detail) {
    const auto& any = address.any_tls;
    if (any && any->status == HandshakeStatus::done) {
      const bool old = any->version < TlsVersion::tls12;
      return faults_.add(
          old ? "sts-tls-version" : "sts-tls-weak", address.address,
          old ? other_version(address) : fmt::format("{}; with {} it works", detail, any->cipher));
    }
    // The rules about HTTP tell this one.
    if (detail.find("no application protocol") != std::string::npos) return;
    const bool unknown = detail.find("unrecognized name") != std::string::npos;
    faults_.add(unknown ? "sts-cert-default-vhost" : "sts-tls-handshake", address.address,
                fmt::format("{}: {}", name_of(address.tls.status), detail));
  }

  void check_certificate(const PolicyAddressFacts& address) {
    const auto& chain = address.tls.chain;
    if (chain.leaf() == nullptr || chain.status == ChainStatus::not_checked) return;
    const auto& leaf = *chain.leaf();
    if (!names_host(leaf, host_)) {
      const auto id = id_of_name_fault(address, host_);
      faults_.add(id, address.address, "the certificate is " + names_text(leaf));
      // Of a certificate that belongs to another host nothing more is to be said.
      if (id == "sts-cert-default-vhost") return;
    }
    check_chain(address, leaf);
    if (is_date_fault(chain.status)) return check_dates(address);
    const auto severity = severity_of_expiry(leaf, facts_.started);
    if (severity) {
      faults_.add_as(*severity, "sts-cert-expiring", address.address,
                     "the certificate " + expiry_text(leaf, facts_.started));
    }
  }

  void check_dates(const PolicyAddressFacts& address) {
    const auto& chain = address.tls.chain;
    const auto depth = static_cast<std::size_t>(std::max(chain.depth, 0));
    const bool expired = chain.status == ChainStatus::expired;
    std::string what = "a certificate of the chain";
    if (depth < chain.sent.size()) {
      const auto& certificate = chain.sent[depth];
      what = fmt::format("{} {} {}", escape_remote(certificate.subject, 120),
                         expired ? "ended on" : "begins on",
                         format_utc(expired ? certificate.not_after : certificate.not_before));
    }
    faults_.add(expired ? "sts-cert-expired" : "sts-cert-not-yet-valid", address.address, what);
  }

  void check_chain(const PolicyAddressFacts& address, const CertificateFacts& leaf) {
    const auto& chain = address.tls.chain;
    const auto status = is_date_fault(chain.status) ? chain.status_at_any_time : chain.status;
    const auto id = id_of_chain_fault(status, leaf);
    if (!id.empty()) {
      const auto severity = id == "sts-cert-weak" ? Severity::error : Severity::warning;
      const auto evidence = chain_evidence(chain, leaf, status);
      if (id == "sts-cert-weak") return faults_.add_as(severity, id, address.address, evidence);
      return faults_.add(id, address.address, evidence, missing_certificate(leaf, status));
    }
    check_weakness(address, leaf);
    if (leaf.must_staple && !address.tls.stapled) {
      faults_.add("sts-cert-must-staple", address.address, "must-staple, and no OCSP response");
    }
    if (!chain.ordered || chain.duplicates || chain.root_included) {
      faults_.add("sts-cert-chain-order", address.address,
                  fmt::format("{} certificates{}{}{}", chain.sent_count,
                              chain.ordered ? "" : ", in a wrong order",
                              chain.duplicates ? ", one of them twice" : "",
                              chain.root_included ? ", with the root" : ""));
    }
  }

  static std::string chain_evidence(const ChainFacts& chain, const CertificateFacts& leaf,
                                    ChainStatus status) {
    if (status == ChainStatus::incomplete || status == ChainStatus::unknown_root) {
      const auto& last = chain.sent.back();
      return fmt::format("{} sent; the issuer of the last one is {}", chain.sent_count,
                         escape_remote(last.issuer, 120));
    }
    return fmt::format("{}: {}", escape_remote(leaf.subject, 120),
                       escape_remote(chain.detail, 120));
  }

  // Where the certificate that is left out can be had.
  static std::string missing_certificate(const CertificateFacts& leaf, ChainStatus status) {
    if (status != ChainStatus::incomplete || leaf.ca_issuers.empty()) return {};
    return "send this certificate, too: " + escape_remote(leaf.ca_issuers, 200);
  }

  void check_weakness(const PolicyAddressFacts& address, const CertificateFacts& leaf) {
    const bool rsa = leaf.key == KeyType::rsa && leaf.key_bits < kMinRsaBits;
    const bool ec = leaf.key == KeyType::ec && leaf.key_bits < kMinEcBits;
    const bool digest = leaf.digest == SignatureDigest::md5 || leaf.digest == SignatureDigest::sha1;
    if (!rsa && !ec && !digest) return;
    faults_.add("sts-cert-weak", address.address,
                fmt::format("{} key of {} bits, {}", name_of(leaf.key), leaf.key_bits,
                            escape_remote(leaf.signature_algorithm, 60)));
  }

  void check_caa() {
    if (!facts_.policy_host_caa) return;
    for (const auto& address : facts_.policy_host.addresses) {
      const auto& chain = address.tls.chain;
      if (chain.status != ChainStatus::ok || !names_host(*chain.leaf(), host_)) continue;
      const auto verdict = judge_caa(*facts_.policy_host_caa, *chain.leaf(), host_);
      if (!verdict) continue;
      return findings_.add("sts-caa-forbids", host_, verdict->evidence, verdict->record);
    }
  }

  const CheckFacts& facts_;
  const std::string& host_;
  Findings& findings_;
  AddressFaults faults_;
};

}  // namespace

void check_policy_tls(const CheckView& view, Findings& findings) {
  if (!means_policy(view)) return;
  PolicyTlsRules(view, findings).run();
}

}  // namespace strictmx
