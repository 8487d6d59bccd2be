#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

// Whoever demands TLS cannot deliver; the others deliver in clear text.
constexpr SeverityByMode kBlocksTls{Severity::critical, Severity::warning, Severity::warning};

constexpr FindingKind kReachKinds[] = {
    {"net-port25-blocked", Severity::info, Affected::owner, "",
     "Nothing answers on port 25 from here",
     "No address answered, which is also what a network looks like that does not let port 25 out. "
     "What this check says of the mail hosts is then worth nothing.",
     "Repeat the check from a machine that may send mail, for example the mail server itself."},
    {"smtp-refused", Severity::warning, Affected::all_senders, "RFC 5321 §5.1",
     "An address of the MX host refuses connections",
     "Senders go on to the next address, which costs time, and keep the mail when it fails too.",
     "Let the SMTP server listen on port 25 of this address, or take the address out of DNS."},
    {"smtp-timeout", Severity::warning, Affected::all_senders, "RFC 5321 §5.1",
     "An address of the MX host does not answer",
     "Senders wait half a minute or more for it before they go on to the next address.",
     "Open port 25 of this address in the firewall, or take the address out of DNS."},
    {"smtp-unreachable", Severity::warning, Affected::all_senders, "RFC 5321 §5.1",
     "The network says that an address of the MX host cannot be reached",
     "Senders go on to the next address, and keep the mail when it fails too.",
     "Mend the route or the firewall that rejects port 25, or take the address out of DNS."},
    {"smtp-reset", Severity::warning, Affected::all_senders, "RFC 5321 §3.1",
     "An address of the MX host ends each connection at once",
     "Senders go on to the next address, and keep the mail when it fails too.",
     "Look for the reason in the log of the server and of the firewall before it: a limit of "
     "connections, a filter, or a proxy without a server behind it."},
    {"smtp-v6-broken", Severity::warning, Affected::all_senders, "RFC 5321 §5.1",
     "The MX host answers by IPv4 but not by IPv6",
     "Senders with IPv6 try these addresses first and lose time with every message.",
     "Let the server listen on its IPv6 addresses and open port 25 there, or delete the AAAA "
     "records."},
};

constexpr FindingKind kDialogueKinds[] = {
    {"smtp-greeting-slow", Severity::notice, Affected::all_senders, "RFC 5321 §4.5.3.2.1",
     "The server is slow to greet",
     "Every sender waits; impatient ones give up, though the standard allows five minutes.",
     "Look for slow look-ups (reverse DNS, block lists) before the greeting."},
    {"smtp-greeting-4xx", Severity::warning, Affected::all_senders, "RFC 5321 §3.1",
     "The server greets with a temporary refusal",
     "The sender tries again later. Nothing could be found out about TLS at this address.",
     "If it is not a limit or a filter that is aimed at this machine alone, mend the server; "
     "then check again."},
    {"smtp-greeting-5xx", Severity::warning, Affected::all_senders, "RFC 5321 §3.1",
     "The server greets with a refusal",
     "It takes no mail from this machine, often because of its address. What other senders see "
     "could not be found out.",
     "Check from a machine with a good name and address, or let this one in."},
    {"smtp-greeting-malformed", Severity::warning, Affected::all_senders, "RFC 5321 §4.2",
     "The greeting is not what an SMTP server says",
     "Strict senders end the connection; another protocol on port 25 takes no mail at all.",
     "Let an SMTP server listen there that begins with \"220 \" and the name of the host."},
    {"smtp-ehlo-rejected",
     {Severity::critical, Severity::warning, Severity::warning},
     Affected::sts_and_dane,
     "RFC 5321 §4.1.1.1",
     "The server does not know EHLO",
     "Without EHLO there is no STARTTLS: all mail comes in clear text, and senders that demand TLS "
     "keep it.",
     "Turn the extensions of SMTP on, in the server or in the filter before it."},
    {"smtp-session-refused", Severity::warning, Affected::all_senders, "RFC 5321 §4.1.1.1",
     "The server refuses EHLO and HELO",
     "No mail can be sent there by clients like this one. Nothing could be found out about TLS.",
     "If it is not a filter that is aimed at this machine alone, let the server take EHLO from "
     "strangers."},
    {"smtp-tarpit", Severity::notice, Affected::all_senders, "RFC 5321 §4.5.3.2",
     "The server takes the connection and then says nothing",
     "The sender waits and goes on to the next address in the end. Nothing could be found out "
     "about TLS at this address.",
     "If strangers are delayed on purpose, do so for less than ten seconds; else look for what "
     "the server waits for."},
    {"smtp-closed", Severity::warning, Affected::all_senders, "RFC 5321 §3.8",
     "The server ends the connection before mail can be sent",
     "Senders go on to the next address, and keep the mail when it fails too.",
     "Look for the reason in the log of the server: a limit of connections, a filter, or a crash."},
    {"smtp-reply-malformed", Severity::notice, Affected::all_senders, "RFC 5321 §4.2",
     "A reply of the server has not the form that the standard wants",
     "Most senders read it all the same; strict ones may end the connection.",
     "Update the server or the filter before it: each line ends with CR LF, has at most 512 "
     "octets, and all lines of one reply have the same code."},
    {"smtp-unsolicited", Severity::warning, Affected::all_senders, "RFC 5321 §4.1.1.1",
     "The server says more than it was asked for",
     "Senders take the surplus for the reply to their next command and lose step.",
     "Update the server or the filter before it: one reply for each command."},
};

constexpr FindingKind kStartTlsKinds[] = {
    {"smtp-starttls-missing", kBlocksTls, Affected::sts_and_dane, "RFC 8461 §5",
     "The MX host does not offer STARTTLS",
     "Senders that enforce the policy keep the mail; all others send it in clear text, and anybody "
     "on the way can read it.",
     "Turn TLS on in the server, with a certificate for the name of the MX host."},
    {"smtp-starttls-some", kBlocksTls, Affected::sts_and_dane, "RFC 8461 §5",
     "Only some addresses of the MX host offer STARTTLS",
     "Mail that goes to the others is deferred or sent in clear text, by chance.",
     "Give all servers behind this name the same configuration of TLS."},
    {"smtp-starttls-by-client", Severity::warning, Affected::sts_and_dane, "RFC 3207 §4",
     "STARTTLS is offered to some clients and not to others",
     "Mail from the others comes in clear text, or not at all where TLS is demanded.",
     "Remove the filter that hides STARTTLS by the client's name or address."},
    {"smtp-starttls-refused", kBlocksTls, Affected::sts_and_dane, "RFC 3207 §4",
     "STARTTLS is offered and then refused",
     "Senders that enforce the policy keep the mail; all others send it in clear text.",
     "Look into the log of the server: most often the certificate or its key cannot be read."},
    {"smtp-starttls-stripped-hint",
     {Severity::critical, Severity::warning, Severity::warning},
     Affected::sts_and_dane,
     "RFC 3207 §6",
     "Something on the way writes over STARTTLS",
     "The reply to EHLO holds a line of X where STARTTLS would be. Senders see no TLS: those that "
     "enforce the policy keep the mail, all others send it in clear text.",
     "Switch the inspection of SMTP off in the firewall before the server (Cisco: \"no fixup "
     "protocol smtp 25\", or no \"inspect esmtp\")."},
    {"smtp-starttls-injection", Severity::error, Affected::all_senders, "RFC 3207 §4.2",
     "Commands sent in clear are executed inside of TLS",
     "An attacker on the way can put commands of his own in front of those of the sender, and so "
     "steal mail or passwords (the kind of CVE-2011-0411).",
     "Update the server or the proxy that ends TLS: what came before the handshake must be thrown "
     "away."},
    {"smtp-starttls-stray", Severity::warning, Affected::all_senders, "RFC 3207 §4.2",
     "Octets in clear text follow the reply to STARTTLS",
     "The server, or somebody on the way, says something that careless senders would take for a "
     "reply from inside of TLS; others fail in the handshake.",
     "Update the server or the proxy; if they are innocent, find out who writes into the "
     "connection."},
    {"smtp-starttls-after-tls", Severity::notice, Affected::all_senders, "RFC 3207 §4.2",
     "STARTTLS is still offered inside of TLS",
     "Nobody is hurt, but the standard forbids it and some senders may begin a second handshake.",
     "Update the server or the proxy that ends TLS before it."},
    {"smtp-after-tls-fails",
     {Severity::critical, Severity::warning, Severity::warning},
     Affected::all_senders,
     "RFC 3207 §4.2",
     "The session fails behind the TLS handshake",
     "TLS is set up, but then no mail can be sent. Senders that demand TLS keep the mail; others "
     "may fall back to clear text.",
     "Look into the log of the server for what fails behind STARTTLS: often a proxy that does not "
     "hand the session on."},
};

}  // namespace

std::span<const FindingKind> smtp_kinds() {
  static const std::vector<FindingKind> kAll =
      join_kinds({kReachKinds, kDialogueKinds, kStartTlsKinds});
  return kAll;
}

}  // namespace strictmx
