#include "core/verdict_json.h"

namespace strictmx {

namespace {

Json patterns_json(const DomainVerdict& verdict) {
  Json::Array patterns;
  if (verdict.policy) {
    for (const auto& pattern : verdict.policy->policy.mx) patterns.emplace_back(pattern.text());
  }
  return patterns;
}

Json hosts_json(const DomainVerdict& verdict) {
  Json::Array hosts;
  for (const auto& mx : verdict.hosts) hosts.push_back(host_json(mx.host, mx.verdict));
  return hosts;
}

}  // namespace

Json host_json(std::string_view host, HostVerdict verdict) {
  return Json::Object{{"host", host},
                      {"verdict", name_of(verdict)},
                      {"allowed", may_use(verdict)},
                      {"tls", name_of(tls_demand(verdict))},
                      {"requiretls", has_requiretls_path(verdict)}};
}

Json domain_json(const Domain& domain, const DomainVerdict& verdict,
                 const VerdictContext& context) {
  const auto& known = verdict.policy;
  return Json::Object{{"domain", domain.text()},
                      {"rule", name_of(verdict.rule)},
                      {"defer", verdict.rule == DomainRule::defer},
                      {"mode", known ? Json(name_of(known->policy.mode)) : Json()},
                      {"source", context.source},
                      {"id", known ? Json(known->id) : Json()},
                      {"fetched_at", known ? Json(format_utc(known->fetched_at)) : Json()},
                      {"expires_at", known ? Json(format_utc(known->expires_at())) : Json()},
                      {"mx_patterns", patterns_json(verdict)},
                      {"mx", hosts_json(verdict)},
                      {"reason", verdict.reason},
                      {"ttl", static_cast<std::int64_t>(context.hold.count())}};
}

}  // namespace strictmx
