// core/relay_answer.h: a verdict for MTAs that take a relay host instead of a policy (OpenSMTPD,
// docs/opensmtpd.md) or ask about one MX host. Pure.
// Answers: "found", "not-found", "found|smtp+tls://mx1.example.com", "error|reason", "yes", "no".
// Such an MTA knows no DANE: give these functions a verdict made without DANE, so that an enforce
// policy holds for domains with TLSA records too. A verdict that demands DANE is an error here.
#pragma once
#include <cstdint>
#include <string>

#include "core/verdict.h"

namespace strictmx {

// Whether the domain's mail must go out by format_relay_answer().
std::string format_check_answer(const DomainVerdict& verdict);

// One of the allowed MX hosts: every other turn the most preferred one, in between each of the
// others, so that a dead host costs one attempt and not the mail. `turn` counts the questions.
std::string format_relay_answer(const DomainVerdict& verdict, std::uint32_t turn);

// May mail for the domain be tried at the host? "error|reason" when that cannot be said now.
std::string format_mx_answer(const DomainVerdict& verdict, const Domain& host);

}  // namespace strictmx
