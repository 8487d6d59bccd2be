// wire/policy_answer.h: what a sender makes of what a policy host showed, by the same rules as the
// daemon's own fetch (net/policy_fetch). Pure. Source: RFC 8461 §3.3.
#pragma once
#include <string_view>

#include "core/check/policy_host_facts.h"
#include "core/fetch_outcome.h"

namespace strictmx {

// One address. `host` is the name its certificate must have.
FetchOutcome judge_policy_answer(const PolicyAddressFacts& facts, std::string_view host);

// The whole host: the first address that could be connected to decides.
FetchOutcome judge_policy_host(const PolicyHostFacts& facts);

}  // namespace strictmx
