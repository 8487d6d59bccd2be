#include <array>

#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

using enum Severity;
using enum Affected;

constexpr auto kPolicyHostKinds = std::to_array<FindingKind>({
    {"sts-host-nxdomain", error, sts_senders, "RFC 8461 §3.3", "The policy host does not exist",
     "No sender can fetch the policy. Those that know it keep to it until its max_age has passed.",
     "Create the policy host with address records or an alias."},
    {"sts-host-no-address", error, sts_senders, "RFC 8461 §3.3", "The policy host has no address",
     "No sender can fetch the policy. Those that know it keep to it until its max_age has passed.",
     "Give the policy host an address record or an alias."},
    {"sts-host-servfail", error, sts_senders, "RFC 8461 §3.3",
     "The addresses of the policy host cannot be looked up",
     "No sender can fetch the policy. Those that know it keep to it until its max_age has passed.",
     "Repair the name servers of the zone that holds the policy host."},
    {"sts-host-cname-dangling", error, sts_senders, "RFC 8461 §8.2",
     "The policy host is an alias of a name without address",
     "No sender can fetch the policy. Whoever gets hold of the target can publish a policy for "
     "the domain.",
     "Have the provider restore the target. To give MTA-STS up, serve mode none first."},
    {"sts-host-takeover-fingerprint", critical, sts_senders, "RFC 8461 §8.2",
     "The provider of the policy host does not know it",
     "Anybody with an account there can claim the name and publish a policy for the domain, "
     "which stops its mail.",
     "Claim the name in your account at the provider, or delete the record of the policy host."},
    {"sts-host-wildcard", warning, sts_senders, "RFC 8461 §3.3",
     "The policy host seems to come from a wildcard record",
     "The server behind the wildcard knows nothing of the policy.",
     "Publish a record for the policy host itself."},
    {"sts-host-v4-unreachable", warning, sts_senders, "RFC 8461 §3.3",
     "The policy host cannot be reached over IPv4", "Senders that have IPv4 only get no policy.",
     "Have the web server listen on the IPv4 address and open port 443."},
    {"sts-host-v6-unreachable", warning, sts_senders, "RFC 8461 §3.3",
     "The policy host cannot be reached over IPv6",
     "Senders that have IPv6 only, or try it first and do not fall back, get no policy.",
     "Have the web server listen on the IPv6 address and open port 443, or delete the AAAA "
     "record."},
    {"sts-host-v6-only", warning, sts_senders, "RFC 8461 §3.3",
     "The policy host has no IPv4 address", "Many senders have IPv4 only: they get no policy.",
     "Publish an A record for the policy host."},
    {"sts-host-special-address", error, sts_senders, "RFC 6890",
     "The policy host has an address that is not on the public Internet",
     "Senders cannot connect to it, and strict ones do not even try.", "Publish a public address."},
    {"sts-host-refused", error, sts_senders, "RFC 8461 §3.3", "The policy host refuses connections",
     "No policy comes from these addresses. Senders that know the policy keep to it until its "
     "max_age has passed.",
     "Start the web server and have it listen on port 443."},
    {"sts-host-timeout", error, sts_senders, "RFC 8461 §3.3",
     "The policy host does not answer connections",
     "No policy comes from these addresses, and senders wait for it in vain.",
     "Open port 443 in the firewall, or delete the address."},
    {"sts-host-reset", error, sts_senders, "RFC 8461 §3.3",
     "The policy host cuts connections at once",
     "No policy comes from these addresses. Senders that know the policy keep to it until its "
     "max_age has passed.",
     "Look for a firewall or load balancer without a server behind it."},
    {"sts-host-unreachable", error, sts_senders, "RFC 8461 §3.3",
     "There is no way to the policy host's address",
     "No policy comes from these addresses. Senders that know the policy keep to it until its "
     "max_age has passed.",
     "Correct the address record, or the routing to it."},
    {"sts-host-slow", warning, sts_senders, "RFC 8461 §3.3", "The policy host takes long to answer",
     "Senders give up after a minute at most, many much earlier.",
     "Serve the policy as a plain file, without a program or a database behind it."},
    {"sts-host-addresses-differ", warning, sts_senders, "RFC 8461 §8.1",
     "The addresses of the policy host give different answers",
     "Which policy a sender gets is a matter of chance.",
     "Put the same file and the same certificate on every server."},
    {"sts-host-bot-wall", error, sts_senders, "RFC 8461 §3.3",
     "The policy host asks programs to prove that they are browsers",
     "Senders are programs: they get no policy.",
     "Exempt /.well-known/mta-sts.txt from bot protection at the provider."},
    {"sts-host-proxy-only", info, owner, "RFC 8461 §8.2",
     "The policy host is behind a content network",
     "The network can answer for the domain and may keep old copies of the policy.",
     "Nothing is to be done. After a change, purge the copy of the policy before the new id."},
});

}  // namespace

std::span<const FindingKind> policy_host_kinds() { return kPolicyHostKinds; }

}  // namespace strictmx
