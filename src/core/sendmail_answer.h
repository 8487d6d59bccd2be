// core/sendmail_answer.h: a verdict for FEATURE(`sts') of Sendmail 8.17 and later, which asks by
// socketmap with the map name "sts" (docs/sendmail.md). Pure.
// The answer is "secure match=NAME:NAME servername=hostname" and nothing more: Sendmail's rules
// match just that. It cuts an answer of over about 256 octets and, when one is longer than about
// 990, delivers as without a policy: hence the limit. Never a permanent failure: it delivers on it.
#pragma once
#include "core/mta_answer.h"

namespace strictmx {

constexpr std::size_t kMaxSendmailAnswer = 240;  // with "OK "
constexpr std::string_view kSendmailTooLong = "no MX host name is short enough for Sendmail";

// The exact MX hosts that the policy allows, most preferred first, as many as fit; a host that is
// left out can only make mail wait. Where the MX set is unknown the policy's patterns. When not one
// name fits, mail waits and kSendmailTooLong is the reason. DANE is left to Sendmail: no policy.
MtaAnswer format_sendmail_answer(const DomainVerdict& verdict);

}  // namespace strictmx
