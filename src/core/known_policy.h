// core/known_policy.h: a policy as fetched and remembered (RFC 8461 §3.3): the text that came, the
// id that was in DNS then, and when. Only a verified 200 with a valid body makes one.
#pragma once
#include <algorithm>
#include <string>

#include "base/time.h"
#include "core/domain.h"
#include "core/sts_policy.h"

namespace strictmx {

// A shorter max_age, even 0, is valid; the policy is used this long all the same, so that one
// domain causes at most one fetch in 5 minutes (RFC 8461 §3.2, unclear: nothing is said of it).
constexpr Seconds kShortestLife{300};

struct KnownPolicy {
  Domain domain;
  std::string id;       // of the TXT record that led to the fetch
  std::string body;     // as received, at most kMaxPolicyBytes
  StsPolicy policy;     // parse_policy(body)
  WallTime fetched_at;  // of the last successful fetch

  WallTime expires_at() const { return fetched_at + std::max(policy.max_age, kShortestLife); }
  // RFC 8461 §3.2: live until max_age after the fetch. A clock that went back makes it no older.
  bool is_live(WallTime now) const { return now < expires_at(); }
};

}  // namespace strictmx
