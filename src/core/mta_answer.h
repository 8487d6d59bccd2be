// core/mta_answer.h: a verdict in the words of each MTA. Facts about the programs are in
// docs/postfix.md. Only validated host names and our own words can appear in an answer.
// Limit: 100000 octets, Postfix's own (socketmap_max_reply_size); kept because a policy has at most
// 65536 octets and a verdict at most kMaxMxHosts hosts. A reason has at most 200.
#pragma once
#include <cstdint>
#include <string>

#include "core/verdict.h"

namespace strictmx {

// Never a permanent failure: Sendmail would deliver on it, RFC 8461 §5 forbids it.
enum class MtaStatus : std::uint8_t { ok, not_found, temp };

struct MtaAnswer {
  MtaStatus status;
  std::string data;  // ok: the TLS policy, never empty; temp: the reason; not_found: empty
};

// Postfix before 3.10 (smtp_tls_policy_maps): the exact MX hosts that the policy allows, because
// its own patterns match more than RFC 8461 §4.1 does; the patterns themselves only where the MX
// set is unknown. Names that Postfix would read as a keyword of the match list ("hostname",
// "nexthop", "dot-nexthop") are left out; when none remains, the mail waits.
MtaAnswer format_postfix_answer(const DomainVerdict& verdict);

// "OK data", "NOTFOUND ", "TEMP reason": the payload of a socketmap reply.
std::string socketmap_payload(const MtaAnswer& answer);

}  // namespace strictmx
