// wire/policy_head.h: the head of a policy host's answer: whether its body is a policy's. One
// judgement for the daemon (net/policy_reply) and for `strictmx check` (wire/policy_answer). Pure.
// Source: RFC 8461 §3.2, §3.3: only 200, only text/plain, no redirect, no content coding.
// Not here: interim responses (1xx), sizes, the body.
#pragma once
#include <optional>
#include <string>

#include "core/fetch_outcome.h"

namespace strictmx {

// Field values; several fields of a name are one value, with ", " between. Empty: no such field.
struct PolicyHead {
  unsigned status = 0;
  bool is_http_1_0 = false;
  std::string content_coding;
  std::string transfer_coding;
  std::string media_type;
};

// What forbids to read on; nullopt: nothing.
std::optional<FetchOutcome> judge_policy_head(const PolicyHead& head);

}  // namespace strictmx
