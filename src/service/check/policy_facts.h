// service/check/policy_facts.h: what a domain publishes for MTA-STS and TLS reporting: records,
// the policy host at every address, and where reports would go (core/check/check_facts).
#pragma once
#include "core/check/check_facts.h"
#include "service/check/parts.h"

namespace strictmx {

// Fill what CheckFacts calls so. Records that are planned already stay as they are.
Task<void> collect_sts(const CheckParts& parts, CheckFacts& facts, MonoTime deadline);
Task<void> collect_reporting(const CheckParts& parts, CheckFacts& facts, MonoTime deadline);

}  // namespace strictmx
