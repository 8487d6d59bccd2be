#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

constexpr FindingKind kTlsKinds[] = {
    {"tls-handshake-failed", kBlocksEnforcers, Affected::sts_and_dane, "RFC 8461 §5",
     "The TLS handshake fails",
     "Senders that enforce the policy keep the mail; all others send it in clear text.",
     "Look into the log of the server at the time of this check: the key may not fit the "
     "certificate, or client and server have no cipher in common."},
    {"tls-no-12", kBlocksEnforcers, Affected::sts_and_dane, "RFC 8461 §7.2",
     "The server speaks neither TLS 1.2 nor anything newer",
     "Senders of today refuse older versions: those that enforce the policy keep the mail, all "
     "others send it in clear text.",
     "Turn TLS 1.2 and 1.3 on; update the server if it does not know them."},
    {"tls-13-only", Severity::warning, Affected::sts_and_dane, "RFC 8461 §7.2",
     "The server speaks TLS 1.3 only",
     "Senders that end at TLS 1.2 are still many; they keep the mail or send it in clear text.",
     "Turn TLS 1.2 on beside 1.3 (Postfix: smtpd_tls_protocols = >=TLSv1.2)."},
    {"tls-old-enabled", Severity::notice, Affected::owner, "RFC 8996 §2",
     "TLS 1.0 or 1.1 is still on",
     "Both are withdrawn. Mail from very old senders would come in clear text without them, so "
     "that leaving them on harms little; an audit will still ask.",
     "Turn them off if you need not serve such senders (Postfix: smtpd_tls_protocols = "
     ">=TLSv1.2)."},
    {"tls-no-13", Severity::info, Affected::owner, "RFC 8446 §1", "The server has no TLS 1.3",
     "Nobody is hurt. TLS 1.3 is quicker and hides the certificate from listeners.",
     "Update the server and its TLS library when it suits you."},
    {"tls-weak-cipher", Severity::warning, Affected::all_senders, "RFC 9325 §4.1",
     "The server chooses a weak cipher", "Whoever records the connection may be able to read it.",
     "Put modern ciphers first and take RC4, DES, 3DES, EXPORT and NULL out of the list "
     "(Postfix: tls_preempt_cipherlist = yes)."},
    {"tls-no-fs", Severity::warning, Affected::all_senders, "RFC 9325 §4.1",
     "The cipher has no forward secrecy",
     "Whoever records the mail today can read it on the day the server's key is stolen.",
     "Allow ciphers with ECDHE or DHE, and put them first."},
    {"tls-anon-only", kBlocksEnforcers, Affected::sts_and_dane, "RFC 7672 §2.2",
     "The server shows no certificate",
     "Nobody can find out whether this is the right host: senders that enforce the policy keep the "
     "mail.",
     "Give the server a certificate and a key; it falls back to anonymous ciphers without."},
    {"tls-dh-small", Severity::warning, Affected::all_senders, "RFC 9325 §4.3",
     "The Diffie-Hellman group is too small",
     "Groups below 2048 bits can be broken, and many senders end the handshake when they see one.",
     "Use a group of 2048 bits or more, or elliptic curves. In Postfix leave "
     "smtpd_tls_dh1024_param_file empty (3.6 and later), or let it name such a group."},
    {"tls-weak-parameters",
     {Severity::critical, Severity::warning, Severity::warning},
     Affected::all_senders,
     "RFC 9325 §4",
     "The server uses parameters that are too weak for OpenSSL",
     "Senders with the usual settings of OpenSSL end the handshake: those that demand TLS keep the "
     "mail, others send it in clear text.",
     "Use keys and groups of 2048 bits or more (or elliptic curves) and signatures with SHA-256."},
    {"tls-sni-required", Severity::error, Affected::all_senders, "RFC 8461 §7.1",
     "The handshake fails for senders that send no server name",
     "Many senders, those that validate nothing above all, send no SNI; they fall back to clear "
     "text or keep the mail.",
     "Give the server a certificate of its own for connections without SNI."},
    {"tls-sni-abort", Severity::error, Affected::all_senders, "RFC 8461 §7.1",
     "The handshake fails for server names that the server does not know",
     "Senders may send another name than the one the server expects, such as the mail domain; they "
     "must get the default certificate, not an alert.",
     "Let the server answer unknown names with its default certificate."},
    {"tls-cert-differs-by-sni", Severity::info, Affected::owner, "RFC 8461 §7.1",
     "Clients without SNI see another certificate",
     "Senders that enforce MTA-STS or DANE send SNI, so that nothing is wrong; but tools that do "
     "not may show you the other certificate.",
     "Nothing has to be done. Make the certificate of the MX host the default if you can."},
    {"tls-compression", Severity::notice, Affected::all_senders, "RFC 9325 §3.3",
     "TLS compression is on", "Compression can give away parts of what is encrypted.",
     "Turn it off (Postfix: tls_ssl_options = NO_COMPRESSION)."},
    {"tls-no-ems", Severity::notice, Affected::all_senders, "RFC 7627 §5.2",
     "The server knows no extended master secret",
     "Sessions of TLS 1.2 are not bound to their handshake, which helps some attacks in the "
     "middle.",
     "Update the TLS library of the server."},
    {"tls-renegotiation", Severity::notice, Affected::all_senders, "RFC 5746 §3.6",
     "The server knows no secure renegotiation",
     "An attacker can put octets of his own in front of the session of a sender; some senders "
     "refuse such servers.",
     "Update the TLS library of the server."},
    {"tls-client-cert-required", kBlocksEnforcers, Affected::sts_and_dane, "RFC 8461 §5",
     "The server insists on a certificate of the sender",
     "Mail servers have none to show to strangers: those that enforce the policy keep the mail, "
     "all "
     "others send it in clear text.",
     "Do not ask for client certificates on port 25 (Postfix: smtpd_tls_req_ccert = no)."},
    {"tls-client-cert-asked", Severity::info, Affected::owner, "RFC 3207 §4",
     "The server asks for a certificate of the sender",
     "It may be left out, so that nothing is wrong; a few old senders fail on the question.",
     "Unless you use the answer, do not ask (Postfix: smtpd_tls_ask_ccert = no)."},
    {"tls-slow", Severity::notice, Affected::all_senders, "", "The TLS handshake takes long",
     "Impatient senders give up.",
     "Look for a server without entropy or at its limit, and for slow look-ups of certificates."},
    {"mx-addresses-differ", Severity::warning, Affected::sts_and_dane, "RFC 8461 §4.2",
     "The addresses of one MX host behave differently",
     "Whether mail arrives depends on the address a sender happens to choose.",
     "Give all servers behind this name the same certificate and the same settings of TLS."},
};

}  // namespace

std::span<const FindingKind> tls_kinds() { return kTlsKinds; }

}  // namespace strictmx
