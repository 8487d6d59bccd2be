// core/known_policy.h: a policy as fetched and remembered (RFC 8461 §3.3): the text that came, the
// id that was in DNS then, and when. Only a verified 200 with a valid body makes one.
#pragma once
#include <string>

#include "base/time.h"
#include "core/domain.h"
#include "core/sts_policy.h"

namespace strictmx {

struct KnownPolicy {
  Domain domain;
  std::string id;       // of the TXT record that led to the fetch
  std::string body;     // as received, at most kMaxPolicyBytes
  StsPolicy policy;     // parse_policy(body)
  WallTime fetched_at;  // of the last successful fetch

  WallTime expires_at() const { return fetched_at + policy.max_age; }
  // RFC 8461 §3.2: live until max_age after the fetch. A clock that went back makes it no older.
  bool is_live(WallTime now) const { return now < expires_at(); }
};

}  // namespace strictmx
