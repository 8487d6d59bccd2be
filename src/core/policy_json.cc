#include "core/policy_json.h"

namespace strictmx {

Json::Object policy_json(const KnownPolicy& policy, WallTime now) {
  std::vector<std::string> patterns;
  for (const auto& pattern : policy.policy.mx) patterns.push_back(pattern.text());
  return {{"domain", policy.domain.text()},
          {"id", policy.id},
          {"mode", name_of(policy.policy.mode)},
          {"max_age", std::int64_t{policy.policy.max_age.count()}},
          {"mx", Json::strings(patterns)},
          {"fetched_at", format_utc(policy.fetched_at)},
          {"expires_at", format_utc(policy.expires_at())},
          {"expired", !policy.is_live(now)}};
}

Json::Object pin_json(const Pin& pin, WallTime now) {
  Json::Object object = policy_json(pin.policy, now);
  object.back().second = !pin.holds(now);
  object.emplace_back("pinned_at", format_utc(pin.pinned_at));
  object.emplace_back("pinned_until", pin.until ? Json(format_utc(*pin.until)) : Json());
  return object;
}

}  // namespace strictmx
