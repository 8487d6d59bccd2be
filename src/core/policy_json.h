// core/policy_json.h: a known policy as JSON for programs: docs/formats/command-json.md. Pure.
#pragma once
#include "base/json.h"
#include "core/pin.h"

namespace strictmx {

// domain, id, mode, max_age, mx, fetched_at, expires_at, expired.
Json::Object policy_json(const KnownPolicy& policy, WallTime now);

// The same of its policy, which does not expire while pinned; pinned_at, pinned_until.
Json::Object pin_json(const Pin& pin, WallTime now);

}  // namespace strictmx
