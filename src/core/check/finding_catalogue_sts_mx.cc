#include <array>

#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

using enum Severity;
using enum Affected;

// What enforcing senders do not deliver because of it.
constexpr SeverityByMode kByMode(critical, warning, notice);

constexpr auto kPolicyRealityKinds = std::to_array<FindingKind>({
    {"sts-mode-none", notice, sts_senders, "RFC 8461 §8.3", "The policy switches MTA-STS off",
     "Senders deliver as if there were no policy. It is the step before deleting it.",
     "When the max_age of the last enforce or testing policy has passed, delete the record, then "
     "the policy host. Or publish mode testing."},
    {"sts-mode-testing", notice, sts_senders, "RFC 8461 §5",
     "The policy is tested and protects nothing yet",
     "Senders report what would fail and deliver all the same.",
     "When the reports show no failure for some weeks, publish mode enforce."},
    {"sts-mx-not-covered", kByMode, sts_senders, "RFC 8461 §4.1", "An MX host is not in the policy",
     "Senders that enforce the policy skip the host, and keep the mail while they reach no other.",
     "Add the host to the policy, then publish a new id."},
    {"sts-mx-none-covered", kByMode, sts_senders, "RFC 8461 §4.1", "No MX host is in the policy",
     "Senders that enforce the policy deliver nothing: they keep the mail and return it after "
     "some days.",
     "Add the hosts to the policy, then publish a new id."},
    {"sts-mx-backup-not-covered", kByMode, sts_senders, "RFC 8461 §8.4",
     "A backup MX host is not in the policy",
     "It shows only when the preferred hosts are down: senders that enforce the policy then keep "
     "the mail.",
     "Add the host to the policy, then publish a new id."},
    {"sts-mx-implicit-not-covered", kByMode, sts_senders, "RFC 8461 §4.1",
     "The domain has no MX record, and its own name is not in the policy",
     "Senders that enforce the policy deliver nothing.",
     "Publish an MX record for a host that the policy names, or add the domain to the policy."},
    {"sts-mx-wildcard-depth", kByMode, sts_senders, "RFC 8461 §4.1",
     "A wildcard of the policy does not reach an MX host below it",
     "A star stands for one label. Senders that enforce the policy skip the host.",
     "Add the exact name of the host to the policy, then publish a new id."},
    {"sts-mx-provider-moved", kByMode, sts_senders, "RFC 8461 §8.4",
     "An MX host is at another provider, or under another name of it, than the policy",
     "Senders that enforce the policy skip the host.",
     "Add the host to the policy, then publish a new id. Keep the old lines while its MX records "
     "may be cached."},
    {"sts-mx-stale", notice, sts_senders, "RFC 8461 §8.4",
     "The policy names hosts that no MX record names",
     "Whoever runs such a host may take the mail if DNS answers are forged.",
     "Delete the line when the TTL of the old MX records has passed, then publish a new id."},
    {"sts-mx-wildcard-shared", warning, sts_senders, "RFC 8461 §10.4",
     "A wildcard of the policy covers names that anybody can get",
     "Whoever has a host there and forges DNS answers gets the mail.",
     "Name the hosts, or use the narrowest wildcard that the provider documents."},
    {"sts-mx-wildcard-wide", notice, owner, "RFC 8461 §10.4",
     "The policy has a wildcard where a few names would do",
     "Every host of that domain may take the mail if DNS answers are forged.",
     "Name the MX hosts in place of the wildcard."},
    {"sts-id-not-changed", error, sts_senders, "RFC 8461 §3.1",
     "The policy was changed but the id is still the same",
     "Senders that know the old policy keep to it until its max_age has passed.",
     "Publish a new id."},
    {"sts-id-changed-policy-same", notice, owner, "RFC 8461 §3.1",
     "The id was changed but the policy is still the same",
     "Each sender fetches the same policy again.",
     "Change the id only together with the policy; derive it from the text."},
    {"sts-id-before-policy", error, sts_senders, "RFC 8461 §8.1",
     "The id is new, but some addresses still serve the old policy",
     "Senders that ask them keep the old policy under the new id.",
     "Bring the new policy to every server, then publish another new id."},
    {"sts-removed-abruptly", error, sts_senders, "RFC 8461 §8.3",
     "MTA-STS was given up while senders still enforce the policy",
     "They keep to it until its max_age has passed; a change of the MX hosts stops their mail.",
     "Serve mode none with a new id until the max_age of the old policy has passed."},
    {"sts-policy-rollback", warning, sts_senders, "RFC 8461 §8.3",
     "The policy went back from enforce to testing",
     "Mail is no longer protected. Senders without the new id still enforce the old policy.",
     "Correct what failed, and publish mode enforce with a new id."},
    {"sts-dane-conflict", warning, sts_and_dane, "RFC 8461 §2",
     "MTA-STS accepts an MX host that DANE refuses",
     "Senders that know DANE go by it and keep the mail; the others deliver.",
     "Correct the TLSA records of the host."},
});

}  // namespace

std::span<const FindingKind> policy_reality_kinds() { return kPolicyRealityKinds; }

}  // namespace strictmx
