#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

constexpr FindingKind kTrustKinds[] = {
    {"mx-cert-expired", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate of the MX host has ended",
     "Senders that enforce the policy keep the mail until it is renewed.",
     "Renew it and reload the mail server; let a program do both from now on."},
    {"mx-cert-not-yet-valid", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate of the MX host is not valid yet",
     "Senders that enforce the policy keep the mail until its first day.",
     "Go back to the last certificate, or correct the clock of the machine that issued this one."},
    {"mx-cert-intermediate-expired", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "A certificate of an authority in the chain has ended",
     "Senders that enforce the policy keep the mail, although your own certificate is still good.",
     "Let the server send the chain that your authority publishes today."},
    {"mx-cert-expiring", Severity::warning, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate of the MX host ends soon",
     "It should have been renewed by now. On its last day senders that enforce the policy begin to "
     "keep the mail.",
     "See why the renewal has not run, and whether it reloads the mail server."},
    {"mx-cert-intermediate-expiring", Severity::warning, Affected::sts_senders, "RFC 8461 §4.2",
     "A certificate of an authority in the chain ends soon",
     "From then on senders that enforce the policy keep the mail.",
     "Renew the certificate, which brings the new chain, and let the server send it."},
    {"mx-cert-not-reloaded", Severity::warning, Affected::sts_senders, "RFC 8461 §4.2",
     "A newer certificate for this host exists, but is not shown here",
     "The renewal works and the mail server still holds the old file.",
     "Reload the mail server after each renewal (for example: certbot renew --deploy-hook "
     "\"postfix "
     "reload\")."},
    {"mx-cert-self-signed", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate of the MX host is self-signed",
     "It proves nothing to senders that enforce MTA-STS: they keep the mail. For DANE with usage 3 "
     "it would do.",
     "Get a certificate from a public authority."},
    {"mx-cert-unknown-ca", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The authority behind the certificate is not publicly trusted",
     "Senders that enforce MTA-STS do not know it and keep the mail.",
     "Get a certificate from a public authority; your own one is trusted by nobody else."},
    {"mx-cert-chain-incomplete", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The server leaves out a certificate of its chain",
     "Senders cannot find the way to a trusted root and keep the mail; browsers hide the mistake, "
     "because they fetch what is missing.",
     "Let the server send the whole chain: use the file that most programs call fullchain."},
    {"mx-cert-eku", kBlocksEnforcers, Affected::sts_senders, "RFC 5280 §4.2.1.12",
     "The certificate is not for servers",
     "Its extended key usage lacks serverAuth: senders that enforce the policy keep the mail.",
     "Order a certificate for a TLS server."},
    {"mx-cert-bad-chain", kBlocksEnforcers, Affected::sts_senders, "RFC 5280 §6.1",
     "The chain of the certificate does not verify",
     "Senders that enforce the policy keep the mail.",
     "Take certificate and chain anew from your authority and see that they belong together."},
    {"mx-cert-name-constraint", kBlocksEnforcers, Affected::sts_senders, "RFC 5280 §4.2.1.10",
     "The authority may not issue certificates for this name",
     "A name constraint in the chain excludes it: senders that enforce the policy keep the mail.",
     "Get the certificate from an authority without such a limit."},
    {"mx-cert-weak",
     {Severity::critical, Severity::warning, Severity::warning},
     Affected::all_senders,
     "RFC 9325 §4.5",
     "The key or the signature of the certificate is weak",
     "TLS libraries of today refuse it: senders that demand TLS keep the mail, others may send it "
     "in clear text.",
     "Get a certificate with an elliptic curve key or RSA of 2048 bits, signed with SHA-256."},
    {"mx-cert-must-staple", Severity::warning, Affected::sts_senders, "RFC 7633 §4.2.1",
     "The certificate wants OCSP stapling and the server does not do it",
     "Senders that heed the mark treat the certificate as revoked.",
     "Get a certificate without \"must staple\": hardly any mail server can staple."},
    {"mx-cert-is-ca", Severity::notice, Affected::owner, "RFC 5280 §4.2.1.9",
     "The certificate of the MX host is that of an authority",
     "Some libraries refuse it, and whoever steals its key can issue others.",
     "Use a certificate with CA:FALSE."},
};

constexpr FindingKind kNameKinds[] = {
    {"mx-cert-name", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate is not for the name of the MX host",
     "Senders that enforce the policy compare it with the name in the MX record and keep the mail.",
     "Put the name of the MX host among the subject alternative names."},
    {"mx-cert-name-domain", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate is for the mail domain, not for the MX host",
     "What counts is the name in the MX record, not what stands behind the @: senders that enforce "
     "the policy keep the mail.",
     "Put the name of the MX host among the subject alternative names; that of the domain is not "
     "needed."},
    {"mx-cert-name-trailing", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate is the one that came with the installation",
     "It names no host of the Internet: senders that enforce the policy keep the mail.",
     "Get a certificate for the name of the MX host and let the mail server use it."},
    {"mx-cert-name-ip", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate names IP addresses only",
     "Senders that enforce the policy look for the name in the MX record and keep the mail.",
     "Put the name of the MX host among the subject alternative names."},
    {"mx-cert-cn-only", kBlocksEnforcers, Affected::sts_senders, "RFC 8461 §4.2",
     "The certificate has a common name but no subject alternative name",
     "The common name does not count any more: senders that enforce the policy keep the mail.",
     "Have the certificate issued anew with the name of the MX host as DNS name."},
    {"mx-cert-wildcard-depth", kBlocksEnforcers, Affected::sts_senders, "RFC 9525 §6.3",
     "The wildcard of the certificate does not reach to the MX host",
     "A star stands for one label only: senders that enforce the policy keep the mail.",
     "Name the MX host itself in the certificate."},
};

constexpr FindingKind kFormKinds[] = {
    {"mx-cert-chain-order", Severity::notice, Affected::owner, "RFC 8446 §4.4.2",
     "The certificates of the chain are not in their order",
     "Most senders sort it out; old ones fail.",
     "Write your own certificate first, then the one that issued it, and so on."},
    {"mx-cert-root-included", Severity::notice, Affected::owner, "RFC 8446 §4.4.2",
     "The server sends the root along",
     "It helps nobody, who trusts it has it, and makes each handshake longer. For DANE with usage "
     "2 and the root in the record it is right.",
     "Take the self-signed certificate out of the chain file."},
    {"mx-cert-duplicates", Severity::notice, Affected::owner, "RFC 8446 §4.4.2",
     "The server sends one certificate twice", "Each handshake is longer than it need be.",
     "Look whether the chain file and the certificate file both hold your certificate."},
    {"mx-cert-ecdsa-rsa-split", Severity::warning, Affected::sts_senders, "RFC 8461 §4.2",
     "Of two certificates, for ECDSA and RSA, only one is good",
     "Whether mail arrives depends on the kind of key that a sender prefers.",
     "Renew both together, or remove the one that is not kept up."},
    {"mx-cert-ok-dane-only", Severity::info, Affected::sts_senders, "RFC 8461 §2",
     "The certificate is good for DANE and not for MTA-STS",
     "Senders that follow DANE deliver. Those that know only MTA-STS, the large providers among "
     "them, look for a public authority and the name.",
     "To let both deliver, use a certificate of a public authority and keep its key in the TLSA "
     "records."},
};

}  // namespace

std::span<const FindingKind> mx_certificate_kinds() {
  static const std::vector<FindingKind> kAll = join_kinds({kTrustKinds, kNameKinds, kFormKinds});
  return kAll;
}

}  // namespace strictmx
