#include <array>

#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

using enum Severity;
using enum Affected;

constexpr auto kPolicyTlsKinds = std::to_array<FindingKind>({
    {"sts-tls-handshake", error, sts_senders, "RFC 8461 §3.3",
     "No TLS connection to the policy host comes about",
     "No sender can fetch the policy. Those that know it keep to it until its max_age has passed.",
     "Give the web server a certificate for the policy host and a virtual host of that name."},
    {"sts-tls-version", error, sts_senders, "RFC 8461 §3.3",
     "The policy host speaks no TLS version from 1.2 on",
     "Senders refuse older versions (RFC 8996): they get no policy.",
     "Switch TLS 1.2 and 1.3 on at the web server."},
    {"sts-tls-weak", error, sts_senders, "RFC 9325 §4.1",
     "The policy host speaks TLS with settings that libraries refuse",
     "Senders with the usual security level of their TLS library get no policy.",
     "Use the web server's default ciphers, keys of 2048 bits or more, and SHA-256 signatures."},
    {"sts-tls-client-cert", error, sts_senders, "RFC 8461 §3.3",
     "The policy host demands a certificate of the client",
     "Senders have none to show: they get no policy.",
     "Switch client certificates off for the policy host."},
    {"sts-cert-expired", error, sts_senders, "RFC 8461 §3.3",
     "A certificate of the policy host has expired",
     "Senders refuse the policy. Those that know it keep to it until its max_age has passed.",
     "Renew the certificate and reload the web server; have both done automatically."},
    {"sts-cert-not-yet-valid", error, sts_senders, "RFC 8461 §3.3",
     "A certificate of the policy host is not valid yet", "Senders refuse the policy until then.",
     "Issue the certificate again; look at the clock of the machine that asked for it."},
    {"sts-cert-expiring", warning, sts_senders, "RFC 8461 §3.3",
     "The policy host's certificate ends soon and was not renewed in time",
     "Renewal usually comes when a third of the time is left. Without it senders get no policy.",
     "Look at the log of the certificate's renewal, and whether the web server was reloaded."},
    {"sts-cert-self-signed", error, sts_senders, "RFC 8461 §3.3",
     "The policy host's certificate is signed by itself",
     "Senders refuse the policy: anybody could have made that certificate.",
     "Get a certificate of a public authority."},
    {"sts-cert-unknown-ca", error, sts_senders, "RFC 8461 §3.3",
     "The policy host's certificate comes from an authority that senders do not know",
     "Senders refuse the policy.", "Get a certificate of a public authority."},
    {"sts-cert-chain-incomplete", error, sts_senders, "RFC 8461 §3.3",
     "The policy host does not send the whole chain of certificates",
     "Browsers find the missing one elsewhere; senders do not, and refuse the policy.",
     "Configure the file with the whole chain (\"fullchain.pem\") in the web server."},
    {"sts-cert-chain-order", notice, owner, "RFC 8446 §4.4.2",
     "The policy host sends certificates that do not belong or in a wrong order",
     "Most senders sort it out; old ones fail.",
     "Send the server's certificate, then each issuer's, without the root."},
    {"sts-cert-name", error, sts_senders, "RFC 8461 §3.3",
     "The certificate is not for the policy host",
     "Senders refuse the policy, whoever runs the host.",
     "Have the certificate issued for the policy host's name. A provider must do so for each "
     "customer."},
    {"sts-cert-cn-only", error, sts_senders, "RFC 8461 §3.3",
     "Only the common name of the certificate is that of the policy host",
     "Senders look at the alternative names alone, and refuse the policy.",
     "Have the certificate issued again with the name as a subject alternative name."},
    {"sts-cert-wildcard-depth", error, sts_senders, "RFC 9525 §6.3",
     "The wildcard of the certificate does not reach the policy host",
     "A star stands for one label. Senders refuse the policy.",
     "Have a certificate issued for the exact name of the policy host."},
    {"sts-cert-default-vhost", error, sts_senders, "RFC 8461 §3.3",
     "The web server does not know the policy host and answers as another one",
     "Senders see a certificate of another name and refuse it.",
     "Set up a virtual host for the policy host, with certificate and policy."},
    {"sts-cert-invalid", error, sts_senders, "RFC 8461 §3.3",
     "The chain of the policy host's certificate does not verify", "Senders refuse the policy.",
     "Have the certificate issued again by a public authority."},
    {"sts-cert-eku", error, sts_senders, "RFC 5280 §4.2.1.12",
     "The policy host's certificate is not meant for servers", "Senders refuse the policy.",
     "Have the certificate issued again for TLS servers (serverAuth)."},
    {"sts-cert-must-staple", warning, sts_senders, "RFC 7633",
     "The certificate promises an OCSP response that the policy host does not send",
     "Senders that check the promise refuse the policy.",
     "Issue the certificate without must-staple, or switch OCSP stapling on."},
    {"sts-cert-weak", warning, sts_senders, "RFC 9325 §4.5",
     "The policy host's certificate has a weak key or signature", "Some senders refuse it already.",
     "Issue the certificate again: P-256 or RSA of 2048 bits, with SHA-256."},
    {"sts-caa-forbids", warning, owner, "RFC 8659 §4",
     "The CAA records forbid the authority that issued the certificate",
     "The next renewal fails; when the certificate ends, senders get no policy.",
     "Add the authority to the CAA records."},
});

}  // namespace

std::span<const FindingKind> policy_tls_kinds() { return kPolicyTlsKinds; }

}  // namespace strictmx
