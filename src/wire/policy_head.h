// wire/policy_head.h: the head of a policy host's answer: whether its body is a policy's. One
// judgement for the daemon (net/policy_reply) and for `strictmx check` (wire/policy_answer). Pure.
// Source: RFC 8461 §3.2, §3.3: only 200, only text/plain, no redirect, no content coding.
// Not here: interim responses (1xx), sizes, the body.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/fetch_outcome.h"

namespace strictmx {

// Adds the value of a field to those of the same name before it: together they are one list
// (RFC 9110 §5.3), in which empty elements count for nothing (§5.6.1).
void add_field_value(std::string& list, std::string_view value);

// Values as add_field_value() joins them. Empty: no such field.
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
