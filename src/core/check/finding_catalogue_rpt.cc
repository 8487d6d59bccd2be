#include "core/check/finding_catalogue.h"

namespace strictmx {

namespace {

constexpr FindingKind kRecordKinds[] = {
    {"rpt-absent",
     {Severity::warning, Severity::warning, Severity::notice},
     Affected::reports,
     "RFC 8460 §3",
     "There is no record for TLS reports",
     "Senders have nowhere to tell that TLS to your hosts fails. With a policy in mode testing the "
     "reports are the whole point of it.",
     "Publish a TXT record at _smtp._tls below the domain."},
    {"rpt-lookup-fails", Severity::warning, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports cannot be looked up", "No sender reports.",
     "Mend the name servers of the zone."},
    {"rpt-wrong-owner", Severity::error, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports is at a wrong name", "Nobody looks there, so that nobody reports.",
     "Move it to _smtp._tls below the domain."},
    {"rpt-old-prefix", Severity::error, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports is at the name of an old draft",
     "Nobody looks there any more, so that nobody reports.",
     "Move it to _smtp._tls below the domain."},
    {"rpt-multiple", Severity::error, Affected::reports, "RFC 8460 §3",
     "There are several records for TLS reports", "They count as none: nobody reports.",
     "Keep one; it may hold several destinations, with commas between them."},
    {"rpt-version", Severity::error, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports does not begin as it must",
     "Only \"v=TLSRPTv1;\" in exactly this form makes it one: nobody reports.",
     "Let the record begin with v=TLSRPTv1; and mind the case and the semicolon."},
    {"rpt-version-blank", Severity::notice, Affected::reports, "RFC 8460 §3",
     "There is a blank before the first semicolon of the record",
     "The grammar allows it, but some senders look for \"v=TLSRPTv1;\" and find nothing.",
     "Remove the blank."},
    {"rpt-quoted", Severity::error, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports holds quotation marks",
     "The marks are part of the text now, so that it is no such record: nobody reports.",
     "Enter the text without quotation marks; the DNS provider adds those that belong to the "
     "file."},
    {"rpt-dmarc-text", Severity::error, Affected::reports, "RFC 8460 §3",
     "A DMARC record is where the record for TLS reports belongs", "Nobody reports about TLS.",
     "Publish a record that begins with v=TLSRPTv1; the one of DMARC belongs to _dmarc."},
    {"rpt-spf-text", Severity::error, Affected::reports, "RFC 8460 §3",
     "An SPF record is where the record for TLS reports belongs",
     "Nobody reports about TLS. Often a wildcard is the cause.",
     "Publish a record that begins with v=TLSRPTv1; at this very name."},
    {"rpt-syntax", Severity::error, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports does not follow the grammar",
     "Senders drop it as a whole: nobody reports.",
     "Write it as fields of the form name=value with semicolons between them."},
    {"rpt-cname-dangling", Severity::error, Affected::reports, "RFC 8460 §3",
     "The name of the record is an alias of a name that does not exist", "Nobody reports.",
     "Point the alias at the record of your provider, or publish the record itself."},
    {"rpt-delegated", Severity::info, Affected::owner, "RFC 8460 §3",
     "The record for TLS reports is kept elsewhere, by an alias",
     "That is allowed. Whoever runs the other zone decides where the reports go.",
     "Nothing has to be done."},
    {"rpt-wildcard", Severity::notice, Affected::reports, "RFC 8460 §3",
     "A wildcard answers with a record for TLS reports",
     "It is found below every name, even at those where another record is expected.",
     "Publish the record at _smtp._tls below the domain only."},
    {"rpt-extension", Severity::info, Affected::owner, "RFC 8460 §3",
     "The record for TLS reports has a field that the standard does not know",
     "Senders ignore it. It may be a spelling mistake.", "Check the spelling, or remove it."},
};

constexpr FindingKind kRuaKinds[] = {
    {"rpt-rua-missing", Severity::error, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports names no destination", "Nobody can report.",
     "Add rua= with a mailto: or https: address."},
    {"rpt-rua-empty", Severity::error, Affected::reports, "RFC 8460 §3",
     "The list of destinations of TLS reports is empty", "Nobody can report.",
     "Write a mailto: or https: address behind rua=."},
    {"rpt-rua-twice", Severity::notice, Affected::reports, "RFC 8460 §3",
     "The record for TLS reports has more than one rua", "Senders differ in which of them counts.",
     "Write all destinations in one rua, with commas between them."},
    {"rpt-rua-many", Severity::error, Affected::reports, "RFC 8460 §7",
     "The record for TLS reports names too many destinations",
     "Careful senders limit how many mails one record can cause and may send none.",
     "Keep one or two destinations."},
    {"rpt-rua-duplicate", Severity::notice, Affected::reports, "RFC 8460 §3",
     "A destination of TLS reports is listed twice", "It may get each report twice.",
     "List it once."},
    {"rpt-rua-scheme", Severity::error, Affected::reports, "RFC 8460 §3",
     "A destination of TLS reports is neither mailto: nor https:",
     "Senders ignore it, and with it the reports for it are lost.",
     "Write mailto: before a mail address, or use an https: address."},
    {"rpt-rua-bang", Severity::error, Affected::reports, "RFC 8460 §3",
     "A destination of TLS reports ends in a size limit as in DMARC",
     "There is no such thing here: senders take it for part of the address, or ignore the "
     "destination.",
     "Remove the exclamation mark and what follows it."},
    {"rpt-rua-encoding", Severity::error, Affected::reports, "RFC 8460 §3",
     "A destination of TLS reports holds a character that must be encoded",
     "Senders cut the address there or ignore it.",
     "Write a comma as %2C, a semicolon as %3B and an exclamation mark as %21."},
    {"rpt-rua-semicolon-list", Severity::error, Affected::reports, "RFC 8460 §3",
     "The destinations of TLS reports are separated by semicolons",
     "A semicolon ends the list: the record breaks the grammar and senders drop it.",
     "Separate the destinations by commas."},
    {"rpt-mailto-syntax", Severity::error, Affected::reports, "RFC 6068 §2",
     "A destination of TLS reports has no valid mail address behind mailto:", "Senders ignore it.",
     "Write mailto: and one address, without blanks and brackets."},
    {"rpt-https-syntax", Severity::error, Affected::reports, "RFC 8460 §3",
     "A destination of TLS reports is no valid https: address", "Senders ignore it.",
     "Write https:// and a host name, without user name and password."},
};

constexpr FindingKind kTargetKinds[] = {
    {"rpt-mailto-no-mx", Severity::error, Affected::reports, "RFC 8460 §3",
     "The domain that is to get TLS reports takes no mail", "The reports are lost.",
     "Use an address in a domain that takes mail."},
    {"rpt-mailto-dns", Severity::warning, Affected::reports, "RFC 8460 §3",
     "The mail domain that is to get TLS reports cannot be looked up",
     "While that lasts no report arrives.", "Mend its name servers, or use another address."},
    {"rpt-mailto-same-domain-enforced", Severity::notice, Affected::reports, "RFC 8460 §5.3",
     "TLS reports go to the very hosts that mail cannot be delivered to",
     "Senders should ignore TLS failures when they report, but not all do, and a host that is down "
     "gets nothing.",
     "Add a second destination elsewhere, by https: or in another domain."},
    {"rpt-https-unreachable", Severity::warning, Affected::reports, "RFC 8460 §5.4",
     "The HTTPS server that is to get TLS reports cannot be reached", "The reports are lost.",
     "Start the server, or use another address."},
    {"rpt-https-cert", Severity::warning, Affected::reports, "RFC 8460 §5.4",
     "The HTTPS server that is to get TLS reports has no valid certificate",
     "Senders need not check it, but some do and then send nothing.",
     "Give the server a certificate of a public authority for its name."},
    {"rpt-external", Severity::info, Affected::owner, "RFC 8460 §8",
     "TLS reports go to another domain",
     "Whoever runs it learns who sends you mail. Unlike with DMARC, its consent is not asked.",
     "Nothing has to be done if that is the provider you chose."},
    {"rpt-single-destination", Severity::info, Affected::owner, "RFC 8460 §3",
     "There is one destination for TLS reports", "If it fails, so do the reports about it.",
     "Add a second one of another kind if you like."},
};

std::vector<FindingKind> join() {
  std::vector<FindingKind> all(std::begin(kRecordKinds), std::end(kRecordKinds));
  all.insert(all.end(), std::begin(kRuaKinds), std::end(kRuaKinds));
  all.insert(all.end(), std::begin(kTargetKinds), std::end(kTargetKinds));
  return all;
}

}  // namespace

std::span<const FindingKind> report_kinds() {
  static const std::vector<FindingKind> kAll = join();
  return kAll;
}

}  // namespace strictmx
