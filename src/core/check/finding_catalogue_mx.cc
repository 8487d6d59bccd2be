#include <array>

#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

using enum Severity;
using enum Affected;

constexpr auto kMailHostKinds = std::to_array<FindingKind>({
    {"mx-domain-nxdomain", critical, all_senders, "RFC 5321 §5.1", "The domain does not exist",
     "Every sender is told that there is no such domain and returns the mail at once.",
     "Register the domain or have its parent zone delegate it; look at the spelling first."},
    {"mx-servfail", critical, all_senders, "RFC 5321 §5.1", "The MX records cannot be looked up",
     "Senders cannot find out where mail goes: they keep it and return it after some days.",
     "Repair the name servers of the zone. Ask each of them for the MX records of the domain."},
    {"mx-null", info, owner, "RFC 7505 §3", "The domain says that it takes no mail",
     "Mail to the domain is returned at once, as its owner wants it.",
     "Nothing is to be done. If the domain shall take mail, replace the record."},
    {"mx-null-mixed", error, all_senders, "RFC 7505 §3", "A null MX stands beside other MX records",
     "A null MX must stand alone. Some senders return the mail, others use the real hosts.",
     "Delete the null MX if the domain takes mail, otherwise delete all other MX records."},
    {"mx-null-preference", notice, owner, "RFC 7505 §3",
     "The null MX has a preference other than 0",
     "Senders understand it all the same; some checkers take it for a host name.",
     "Publish the null MX with preference 0."},
    {"mx-null-with-policy", warning, owner, "RFC 8461 §8.3",
     "The domain takes no mail but still publishes records about its mail",
     "No sender uses the policy or the reporting record. They mislead whoever reads them.",
     "Publish the policy with mode none and a new id, wait for the old max_age to pass, then "
     "delete policy and records."},
    {"mx-implicit", warning, sts_and_dane, "RFC 5321 §5.1",
     "There is no MX record; senders use the address of the domain itself",
     "Mail arrives, but it depends on the record of a web site, and policy and certificate must "
     "name the domain itself.",
     "Publish an MX record."},
    {"mx-none-no-address", critical, all_senders, "RFC 5321 §5.1",
     "There is neither an MX record nor an address",
     "No sender knows where mail could go: it is returned.",
     "Publish an MX record, or the null MX if the domain takes no mail."},
    {"mx-target-cname", error, all_senders, "RFC 5321 §5.1", "An MX record names an alias",
     "Senders differ in which name the certificate must have, the alias or its target. Some "
     "refuse an alias.",
     "Name the real host in the MX record, and in the policy as well."},
    {"mx-owner-cname", info, owner, "RFC 8461 §3.1", "The domain is itself an alias",
     "Mail goes where the target's MX records say, but policy and reports are still looked for "
     "under the name in the mail address.",
     "Publish _mta-sts, mta-sts and _smtp._tls below the name that stands in mail addresses."},
    {"mx-target-nxdomain", error, all_senders, "RFC 5321 §5.1",
     "An MX record names a host that does not exist",
     "Senders lose time with it and have one host less when the others fail.",
     "Delete the MX record, or create the host."},
    {"mx-target-unregistered", critical, all_senders, "",
     "An MX record names a host in a domain that nobody has registered",
     "Whoever registers that domain gets the mail, certificates for the host included.",
     "Delete the MX record now."},
    {"mx-target-servfail", error, all_senders, "RFC 5321 §5.1",
     "The addresses of an MX host cannot be looked up",
     "Senders cannot use the host until its name servers answer.",
     "Repair the name servers of the host's zone."},
    {"mx-target-no-address", error, all_senders, "RFC 5321 §5.1",
     "An MX record names a host without address",
     "Senders lose time with it and have one host less when the others fail.",
     "Give the host an address, or delete the MX record."},
    {"mx-target-ip-literal", error, all_senders, "RFC 5321 §5.1",
     "An MX record holds an IP address in place of a host name",
     "The digits are looked up as a name, which does not exist.",
     "Give the address a host name and use that in the MX record."},
    {"mx-target-special-address", error, all_senders, "RFC 6890",
     "An MX host has an address that is not on the public Internet",
     "Nobody outside can connect to it; strict senders do not even try.",
     "Publish a public address, or delete the record."},
    {"mx-target-invalid-name", warning, sts_and_dane, "RFC 5321 §4.1.2",
     "An MX record holds what is not a host name",
     "No authority issues a certificate for such a name, and no policy can list it: senders that "
     "enforce a policy skip the host.",
     "Rename the host: letters, digits and inner hyphens only."},
    {"mx-target-ulabel", error, all_senders, "RFC 5891 §4.4",
     "An MX record holds a name with letters beyond ASCII",
     "DNS and most senders know such a name only in its ASCII form.",
     "Write the name in its ASCII form (\"xn--...\")."},
    {"mx-target-is-tld", error, all_senders, "RFC 5321 §2.3.5",
     "An MX record names a host without a dot",
     "It stands for a top-level name: the rest of the host's name is missing.",
     "Write the full name in the MX record, with a final dot in zone files."},
    {"mx-double-suffix", warning, all_senders, "RFC 1035 §5.1",
     "An MX record holds the zone's name twice",
     "A final dot was forgotten in the zone file. The host that is meant gets no mail.",
     "Add the final dot behind the host name in the zone file."},
    {"mx-duplicate", notice, owner, "RFC 5321 §5.1", "One host is in several MX records",
     "Senders try it more than once in place of another one.", "Keep one of the records."},
    {"mx-many", notice, owner, "RFC 5321 §5.1", "There are more than 10 MX hosts",
     "Senders try only a few addresses for one message (Postfix five): the last hosts are never "
     "used, but each needs certificate and policy.",
     "Keep a few hosts."},
    {"mx-no-ipv6", notice, owner, "RFC 3974", "No MX host has an IPv6 address",
     "Senders without IPv4 need a relay to reach the domain.",
     "Publish an AAAA record for at least one MX host that accepts mail over IPv6."},
    {"mx-only-ipv6", warning, all_senders, "RFC 3974", "No MX host has an IPv4 address",
     "Senders without IPv6 cannot deliver: many of them are.",
     "Publish an A record for at least one MX host."},
    {"mx-o365-verification", warning, all_senders, "",
     "An MX record for the verification by Microsoft 365 is left",
     "The host does not exist: senders that come to it lose time, and the policy cannot list it.",
     "Delete the record; Microsoft accepts a TXT record for the same purpose."},
    {"mx-ttl-extreme", notice, owner, "RFC 1912 §2.2",
     "The MX records live longer than two days in caches",
     "After a move, senders go to the old hosts for that long.",
     "Lower the TTL of the MX records to one hour, or one day at most."},
    {"mx-all-unreachable", critical, all_senders, "RFC 5321 §4.5.4.1",
     "No MX host accepts connections", "Senders keep the mail and return it after some days.",
     "Start the mail servers and open port 25 to the world. If this machine's own network blocks "
     "port 25, check from another place."},
    {"mx-backup-unreachable", warning, all_senders, "RFC 5321 §5.1",
     "A backup MX host does not accept connections",
     "Nothing is lost while the preferred host works; when it fails, the backup is none.",
     "Start the server and open port 25, or delete the MX record."},
});

}  // namespace

std::span<const FindingKind> mail_host_kinds() { return kMailHostKinds; }

}  // namespace strictmx
