#include <array>

#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

using enum Severity;
using enum Affected;

constexpr auto kStsRecordKinds = std::to_array<FindingKind>({
    {"sts-txt-absent", notice, sts_senders, "RFC 8461 §3.1", "The domain has no MTA-STS",
     "Whoever can change DNS answers or the traffic of a sender can read mail to the domain or "
     "send it elsewhere.",
     "Publish a policy of mode testing at https://mta-sts.DOMAIN/.well-known/mta-sts.txt, then "
     "the record."},
    {"sts-txt-absent-policy-served", error, sts_senders, "RFC 8461 §3.1",
     "There is a policy but no record that tells of it",
     "Senders look for the record first. Without it no sender fetches the policy.",
     "Publish the record at _mta-sts."},
    {"sts-txt-servfail", error, sts_senders, "RFC 8461 §3.1",
     "The record at _mta-sts cannot be looked up",
     "Senders that do not know the policy yet deliver without it; the others see no change of it.",
     "Repair the name servers of the zone. Ask each of them for the TXT record."},
    {"sts-txt-wrong-owner", error, sts_senders, "RFC 8461 §3.1",
     "The record stands at another name than _mta-sts",
     "No sender looks there: the policy is not used.",
     "Move the record to _mta-sts below the domain."},
    {"sts-txt-multiple", error, sts_senders, "RFC 8461 §3.1",
     "There is more than one MTA-STS record",
     "More than one counts as none: the policy is not used, or not renewed.",
     "Delete all of them but one."},
    {"sts-txt-foreign", info, owner, "RFC 8461 §3.1", "There are other TXT records at _mta-sts",
     "Senders drop them. They often come from a wildcard record of the zone.",
     "Delete them, or leave out _mta-sts from the wildcard."},
    {"sts-txt-wildcard", warning, sts_senders, "RFC 8461 §3.4", "The record comes from a wildcard",
     "Every name below the domain seems to have a policy, and senders look for its policy host "
     "in vain.",
     "Publish the record at _mta-sts alone and delete it from the wildcard."},
    {"sts-txt-version", error, sts_senders, "RFC 8461 §3.1",
     "The record does not begin with \"v=STSv1;\"",
     "Senders compare these octets exactly, case included, and drop the record.",
     "Begin the record with v=STSv1; without anything before it."},
    {"sts-txt-no-delimiter", error, sts_senders, "RFC 8461 §3.1",
     "There is no semicolon behind v=STSv1", "Senders drop the record: the policy is not used.",
     "Put a semicolon behind the version."},
    {"sts-txt-id-missing", error, sts_senders, "RFC 8461 §3.1", "The record has no id",
     "The record is invalid: the policy is not used, or not renewed.", "Add an id."},
    {"sts-txt-id-empty", error, sts_senders, "RFC 8461 §3.1", "The id is empty",
     "The record is invalid: the policy is not used, or not renewed.", "Give the id a value."},
    {"sts-txt-id-charset", error, sts_senders, "RFC 8461 §3.1",
     "The id holds other characters than letters and digits",
     "The record is invalid: the policy is not used, or not renewed.",
     "Use letters and digits only, such as the time without punctuation."},
    {"sts-txt-id-length", error, sts_senders, "RFC 8461 §3.1", "The id has more than 32 characters",
     "The record is invalid: the policy is not used, or not renewed.",
     "Shorten the id to 32 characters."},
    {"sts-txt-id-duplicate", warning, sts_senders, "RFC 8461 §3.2", "The record has two ids",
     "The first one counts, but not every sender reads it so: some may refuse the record.",
     "Keep one id."},
    {"sts-txt-id-example", notice, owner, "RFC 8461 §3.1",
     "The id looks like the one of an example",
     "It works once. Every change of the policy needs a new id, or senders do not see it.",
     "Derive the id from the time of the change or from the policy's text."},
    {"sts-txt-extension", info, owner, "RFC 8461 §3.1",
     "The record has fields that RFC 8461 does not know",
     "Senders ignore them, as they must; some checkers call the record invalid.",
     "Nothing is to be done unless the name of a field is misspelt."},
    {"sts-txt-field-syntax", error, sts_senders, "RFC 8461 §3.1",
     "A field of the record is not of the form name=value",
     "The record is invalid: the policy is not used, or not renewed.",
     "Delete the field or give it the form name=value, without blanks and \"=\" in the value."},
    {"sts-txt-nonascii", error, sts_senders, "RFC 8461 §3.1",
     "The record holds characters beyond ASCII",
     "Senders drop the record. Text processors put such quotes and blanks in.",
     "Type the record again by hand."},
    {"sts-txt-quoted", error, sts_senders, "RFC 8461 §3.1",
     "The record holds quotation marks or backslashes",
     "They are part of what senders read: the record is invalid.",
     "Enter the value without quotes. Many control panels add those of the zone file themselves."},
    {"sts-txt-split-space", warning, sts_senders, "RFC 8461 §3.1",
     "The record is divided within a word",
     "Senders join the parts without a blank; software that puts one between reads another record.",
     "Publish the record as one string."},
    {"sts-txt-ttl-high", warning, sts_senders, "RFC 8461 §8.1",
     "The record lives longer than a day in caches",
     "A corrected policy reaches senders that late.", "Lower the TTL to an hour or less."},
    {"sts-txt-cname-dangling", error, sts_senders, "RFC 8461 §8.2",
     "_mta-sts is an alias of a name without record",
     "Senders find no record: the policy is not used. Whoever gets hold of the target controls "
     "the policy's id.",
     "Have the provider restore the record, or delete the alias."},
    {"sts-txt-delegated", info, owner, "RFC 8461 §8.2", "The record is delegated by an alias",
     "Whoever runs the target decides when senders fetch the policy again.",
     "Nothing is to be done. The policy host must be delegated to the same provider."},
});

}  // namespace

std::span<const FindingKind> sts_record_kinds() { return kStsRecordKinds; }

}  // namespace strictmx
