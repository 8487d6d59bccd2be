#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

constexpr FindingKind kDnssecKinds[] = {
    {"dnssec-resolver-not-validating", Severity::info, Affected::owner, "RFC 7672 §2.1",
     "The resolver of this machine does not validate",
     "Not even a signed top-level domain is answered as secure here, so that nothing can be said "
     "of DNSSEC and DANE.",
     "Let the check ask a validating resolver, or give it a trust anchor and name servers of its "
     "own."},
    {"dnssec-unsigned", Severity::notice, Affected::dane_senders, "RFC 7672 §2.2.1",
     "The domain is not signed with DNSSEC",
     "DANE is not possible, and an attacker who can forge DNS can hide the MTA-STS record from "
     "senders that do not know it yet.",
     "Turn DNSSEC on at your DNS provider and have the DS record entered by the registrar."},
    {"dnssec-mx-zone-unsigned", Severity::notice, Affected::dane_senders, "RFC 7672 §2.2.2",
     "The domain is signed, the zone of its MX host is not",
     "DANE is not possible for mail that goes to this host.",
     "Sign the zone of the host, or ask its operator to; MTA-STS protects until then."},
    {"dnssec-bogus", Severity::critical, Affected::all_senders, "RFC 7672 §2.1.2",
     "DNSSEC validation fails",
     "Resolvers that validate give no answer: all mail of senders behind them is deferred.",
     "Compare the DS record at the registrar with the keys of the zone and sign the zone anew; if "
     "that takes long, have the DS record removed first."},
    {"dnssec-ds-mismatch", Severity::critical, Affected::all_senders, "RFC 4035 §5.2",
     "No key of the zone fits its DS record",
     "Resolvers that validate take the whole zone as forged.",
     "Enter the DS record of the key that the zone uses now at the registrar."},
    {"dnssec-ds-missing", Severity::notice, Affected::dane_senders, "RFC 4035 §5.2",
     "The zone is signed, but its parent does not say so",
     "Without a DS record nobody validates: all answers count as unsigned and TLSA records are "
     "ignored.",
     "Have the DS record of your key entered by the registrar."},
    {"dnssec-ds-algorithm", Severity::warning, Affected::dane_senders, "RFC 8624 §3.1",
     "The zone is signed with an algorithm that is given up",
     "More and more resolvers treat such a zone as unsigned: DANE is lost there.",
     "Move to algorithm 13 (ECDSA P-256 with SHA-256)."},
    {"dnssec-ds-digest", Severity::warning, Affected::dane_senders, "RFC 8624 §3.3",
     "The DS record has a digest that is given up",
     "Resolvers may treat the zone as unsigned: DANE is lost there.",
     "Enter a DS record with digest type 2 (SHA-256) at the registrar."},
    {"dnssec-rrsig-expiring", Severity::warning, Affected::all_senders, "RFC 4035 §5.3.1",
     "A signature ends within three days",
     "When it ends, resolvers that validate give no answer and mail is deferred.",
     "See whether the program that signs the zone still runs and the name servers have its work."},
    {"dnssec-nsec3-iterations", Severity::notice, Affected::owner, "RFC 9276 §3.1",
     "NSEC3 is used with additional iterations",
     "They protect nothing; with many, resolvers treat the zone as unsigned or as broken.",
     "Set the iterations to 0 and leave the salt empty."},
    {"dnssec-insecure-nxdomain", Severity::critical, Affected::dane_senders, "RFC 7672 §2.1.2",
     "An unsigned \"no such name\" is answered where TLSA records are",
     "The signer denies a name that exists. Senders that ask for another type there may ignore the "
     "records or defer the mail.",
     "Update the name server or its signer: for a name that exists the answer must be a signed "
     "\"no "
     "data\"."},
};

constexpr FindingKind kPublishedKinds[] = {
    {"dane-denial-broken", Severity::critical, Affected::dane_senders, "RFC 7672 §2.1.2",
     "The question for TLSA records is not answered",
     "The zone is signed, so that nobody can know whether there are any: senders that follow DANE "
     "defer the mail.",
     "Update the name servers, or the load balancer that stands for them, until they answer for "
     "every type and with valid signatures."},
    {"dane-tlsa-insecure", Severity::notice, Affected::dane_senders, "RFC 7672 §2.2",
     "The TLSA records are in a zone that is not signed", "All senders ignore them.",
     "Sign the zone, or remove the records."},
    {"dane-mx-insecure", Severity::notice, Affected::dane_senders, "RFC 7672 §2.2.1",
     "The MX host has TLSA records, but the domain is not signed",
     "Whoever forges the MX record leads mail to another host: most senders do not use the TLSA "
     "records then.",
     "Turn DNSSEC on for the domain; nothing else is missing for DANE."},
    {"dane-partial", Severity::warning, Affected::dane_senders, "RFC 7672 §2.2",
     "Only some of the MX hosts have TLSA records",
     "An attacker who keeps senders from the others leads the mail to the host without.",
     "Publish TLSA records for every MX host."},
    {"dane-stale-record", Severity::notice, Affected::dane_senders, "RFC 7671 §8.1",
     "A TLSA record matches nothing that the server shows",
     "Nobody is hurt while another one matches. It may be the next key; if it is the last one, it "
     "helps whoever stole that key.",
     "Remove it when twice its TTL has passed since the change, unless it is for the next key."},
    {"dane-no-rollover", Severity::notice, Affected::dane_senders, "RFC 7671 §8.1",
     "There is one TLSA record and none for the next key",
     "A new key that comes before its record is known stops the mail of senders that follow DANE.",
     "Add a record for the next key (3 1 1), or for the authority (2 1 1), before you change "
     "keys."},
    {"dane-usage-pkix", Severity::error, Affected::dane_senders, "RFC 7672 §3.1.3",
     "A TLSA record has a usage that is not for SMTP",
     "Usages 0 and 1 are ignored by mail servers.",
     "Publish it with usage 3 and the key of the server, or with usage 2 and that of its "
     "authority."},
    {"dane-unusable-all", Severity::warning, Affected::dane_senders, "RFC 7672 §2.2",
     "No TLSA record can be used",
     "Senders that follow DANE demand TLS and authenticate nobody: an attacker in the middle can "
     "read along.",
     "Publish a record with usage 3, selector 1 and matching type 1."},
    {"dane-digest-length", Severity::error, Affected::dane_senders, "RFC 7671 §4",
     "The digest in a TLSA record has a wrong length", "The record is ignored by all.",
     "Compute it anew; SHA-256 gives 64 hex digits and SHA-512 gives 128."},
    {"dane-unknown-type", Severity::error, Affected::dane_senders, "RFC 7671 §4",
     "A TLSA record has a number that nobody knows",
     "Usage, selector or matching type is not assigned: the record is ignored by all.",
     "Publish it as 3 1 1."},
    {"dane-matching-full", Severity::notice, Affected::dane_senders, "RFC 7671 §10.1.2",
     "A TLSA record holds the data itself and no digest",
     "The answer is long: it may need TCP and be lost on the way.",
     "Use matching type 1 (SHA-256)."},
    {"dane-matching-sha512", Severity::notice, Affected::dane_senders, "RFC 7671 §9",
     "The TLSA records have SHA-512 digests only",
     "Only SHA-256 must be known by every sender; others have no usable record.",
     "Publish the same keys with matching type 1 (SHA-256) too."},
    {"dane-selector-cert", Severity::notice, Affected::dane_senders, "RFC 7671 §5.1",
     "A TLSA record names the certificate and not its key",
     "It must be changed with every renewal, even if the key stays.",
     "Use selector 1, the public key, and let renewals keep the key (certbot: --reuse-key)."},
    {"dane-cname", Severity::notice, Affected::dane_senders, "RFC 7672 §2.2.2",
     "The TLSA records are at one name of an alias only",
     "The MX host is an alias. Senders look at the end of the alias first and then at the name in "
     "the MX record; some look at one of them only.",
     "Point the MX record at the host itself, or publish the records at both names."},
    {"dane-ttl-high", Severity::notice, Affected::dane_senders, "RFC 7671 §8.1",
     "The TLSA records live longer than a day",
     "A mistake, or a change of key in haste, takes as long to reach all senders.",
     "Use a TTL of an hour."},
    {"dane-wildcard", Severity::info, Affected::dane_senders, "RFC 7671 §7",
     "The TLSA records come from a wildcard",
     "They hold for hosts that nobody thought of, perhaps with other keys.",
     "Publish them at the name of the host itself."},
    {"dane-many-records", Severity::notice, Affected::dane_senders, "RFC 7671 §10.1.2",
     "There are many TLSA records at one name",
     "The answer is long: it may need TCP and be lost on the way.",
     "Keep the records of the present and of the next key, and remove the others."},
};

constexpr FindingKind kMatchKinds[] = {
    {"dane-mismatch", Severity::critical, Affected::dane_senders, "RFC 7672 §2.2",
     "No TLSA record matches what the server shows",
     "Senders that follow DANE defer the mail, whatever MTA-STS says.",
     "Publish the record of the key in use now; next time publish first, wait for the TTL, then "
     "change the key."},
    {"dane-mismatch-one-address", Severity::critical, Affected::dane_senders, "RFC 7672 §2.2",
     "One address of the MX host shows a key that no TLSA record matches",
     "Whether mail of senders that follow DANE arrives depends on the address they choose.",
     "Give all servers behind this name the same key, or publish a record for each."},
    {"dane-mismatch-keytype", Severity::critical, Affected::dane_senders, "RFC 7672 §2.2",
     "Only one of the server's two kinds of keys has a TLSA record",
     "Senders that prefer the other kind (ECDSA or RSA) defer the mail.",
     "Publish a record for each of the keys."},
    {"dane-ta-missing-in-chain", Severity::critical, Affected::dane_senders, "RFC 7672 §3.1.2",
     "The server leaves out the authority that its TLSA record names",
     "With usage 2 the authority must be sent along, even if it is a well-known root: senders that "
     "follow DANE defer the mail.",
     "Let the server send the whole chain up to that certificate."},
    {"dane-ta-name", Severity::critical, Affected::dane_senders, "RFC 7672 §3.1.2",
     "With the authority in the TLSA record the name counts, and it is wrong",
     "The certificate is not for the MX host: senders that follow DANE defer the mail.",
     "Get a certificate with the name of the MX host, or publish its key with usage 3."},
    {"dane-ta-expired", Severity::critical, Affected::dane_senders, "RFC 7672 §3.1.2",
     "With the authority in the TLSA record the dates count, and they are over",
     "A certificate below the authority is out of its dates: senders that follow DANE defer the "
     "mail.",
     "Renew the certificate, or publish its key with usage 3."},
    {"dane-ta-chain", Severity::critical, Affected::dane_senders, "RFC 7672 §3.1.2",
     "The chain does not lead to the authority in the TLSA record",
     "The authority is sent, but it did not issue what is below it: senders that follow DANE defer "
     "the mail.",
     "Send the chain that belongs to your certificate."},
    {"dane-ta-public-issuer-rotated", Severity::critical, Affected::dane_senders, "RFC 7671 §8.1",
     "The TLSA record names another authority than the one that issues now",
     "Public authorities change the keys they issue with, without telling you: senders that follow "
     "DANE defer the mail.",
     "Publish the key of the server itself (3 1 1), which only you change; or keep records of all "
     "keys that the authority announces."},
    {"dane-starttls-missing", Severity::critical, Affected::dane_senders, "RFC 7672 §2.2",
     "There are TLSA records, but no STARTTLS",
     "TLSA records are a promise of TLS: senders that follow DANE defer the mail.",
     "Turn TLS on in the server, or remove the records until it is on."},
};

}  // namespace

std::span<const FindingKind> dane_kinds() {
  static const std::vector<FindingKind> kAll =
      join_kinds({kDnssecKinds, kPublishedKinds, kMatchKinds});
  return kAll;
}

}  // namespace strictmx
