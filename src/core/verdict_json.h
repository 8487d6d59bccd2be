// core/verdict_json.h: a verdict as the HTTP API shows it (docs/api.md, docs/openapi.yaml). Pure.
// Only parsed values and our own words: nothing of a policy's text is passed on as it came.
#pragma once
#include "base/json.h"
#include "core/domain.h"
#include "core/host_demand.h"
#include "core/verdict.h"

namespace strictmx {

// What else is known of the look-up.
struct VerdictContext {
  std::string_view source;  // of the policy: "none", "cache", "fresh"
  Seconds hold{0};          // the answer may be reused for this long
};

// {"domain","rule","defer","mode","source","id","fetched_at","expires_at","mx_patterns","mx",
//  "reason","ttl"}; absent values are null.
Json domain_json(const Domain& domain, const DomainVerdict& verdict, const VerdictContext& context);

// One MX host: {"host","verdict","allowed","tls","requiretls"}.
Json host_json(std::string_view host, HostVerdict verdict);

}  // namespace strictmx
