// service/check/collect.h: everything about one domain, by all means at once
// (core/check/check_facts).
#pragma once
#include "core/check/check_facts.h"
#include "service/check/parts.h"

namespace strictmx {

// `facts` holds the domain, and what is planned and must not be asked for; the rest is filled in.
// Ends at `deadline` at the latest, but for what is cleaned up.
Task<CheckFacts> collect_facts(const CheckParts& parts, CheckFacts facts, MonoTime deadline);

}  // namespace strictmx
