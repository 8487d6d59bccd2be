// cmd/check/check_words.h: words for people about a report of strictmx check, the same in every
// form of output. Pure. They may hold remote text: whoever prints them escapes them.
#pragma once
#include <string>
#include <string_view>

#include "cmd/check/check_report.h"

namespace strictmx {

std::string_view words_of(Delivery delivery);     // "encrypted and authenticated"
std::string_view words_of(Sender sender);         // "MTA-STS senders"
std::string_view words_of(Affected affected);     // "senders that follow MTA-STS"
std::string_view words_of(CheckOutcome outcome);  // "GOOD"
std::string_view words_of(Severity severity);     // "CRITICAL"

// What the mark of a delivery stands for: one character, never alone.
enum class Mark : std::uint8_t { good, fair, weak, bad, unknown };
Mark mark_of(Delivery delivery);

std::string describe_policy(const DomainReport& report);   // "enforce, id 2026, max_age 14 days"
std::string describe_dane(const DomainReport& report);     // "at 1 of 2 MX hosts"
std::string describe_reports(const DomainReport& report);  // "to mailto:tls@example.com"
std::string describe_check(const DomainReport& report);    // when, how long, from where

// "ok, 61 days left", "expired 3 days ago", "self-signed, other name"; "-" without certificate.
std::string describe_certificate(const AddressSummary& address, WallTime now);
// Whether all is well, in a sentence or two: why nothing could be told, or what becomes of mail and
// what is gravest among the findings that do not show in that.
std::string describe_answer(const DomainReport& report);

// What stands behind "because" in the reason of a verdict, which repeats what the table says.
std::string_view describe_reason(std::string_view reason);

std::string describe_host(const HostSummary& host);  // "listed in the policy, DANE usable"

// "2 critical, 1 warning"; "no findings" when there is none. Without those of no weight.
std::string describe_counts(const DomainReport& report);

// "1 day", "14 days".
std::string count_of(std::int64_t count, std::string_view what);

}  // namespace strictmx
