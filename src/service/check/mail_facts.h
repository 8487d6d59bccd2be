// service/check/mail_facts.h: the MX hosts of a domain: records, addresses, TLSA records, and the
// servers behind all of them at once (core/check/check_facts).
#pragma once
#include "core/check/check_facts.h"
#include "service/check/parts.h"

namespace strictmx {

// Fills what CheckFacts calls "mail hosts". Records that are planned already stay as they are.
Task<void> collect_mail(const CheckParts& parts, CheckFacts& facts, MonoTime deadline);

}  // namespace strictmx
