// core/mta_answer.h: a verdict in the words of the MTAs that ask by socketmap. Facts about the
// programs are in docs/postfix.md. Other MTAs: core/sendmail_answer, core/exim_answer,
// core/relay_answer. Only validated host names and our own words can appear in an answer: a
// policy's text is never passed on, what is told of it is written anew from its parsed fields.
// Limit: 100000 octets with the status word, Postfix's own (socketmap_max_reply_size). A reason has
// at most 200.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/verdict.h"

namespace strictmx {

// Never a permanent failure: Sendmail would deliver on it, RFC 8461 §5 forbids it.
enum class MtaStatus : std::uint8_t { ok, not_found, temp };

struct MtaAnswer {
  MtaStatus status;
  std::string data;  // ok: the TLS policy, never empty; temp: the reason; not_found: empty
};

// The map name of a query selects one.
enum class Dialect : std::uint8_t {
  postfix,         // smtp_tls_policy_maps of any Postfix; also for unknown map names
  postfix_tlsrpt,  // with the attributes of Postfix 3.10 and later; older ones refuse them
  sendmail,        // FEATURE(`sts') of Sendmail 8.17 and later; its map is called "sts"
};
constexpr std::size_t kDialects = 3;
Dialect dialect_of(std::string_view map);

MtaAnswer format_answer(Dialect dialect, const DomainVerdict& verdict);

// Postfix before 3.10 (smtp_tls_policy_maps): the exact MX hosts that the policy allows, because
// its own patterns match more than RFC 8461 §4.1 does; the patterns themselves only where the MX
// set is unknown. Names that Postfix would read as a keyword of the match list ("hostname",
// "nexthop", "dot-nexthop") are left out; when none remains, the mail waits.
MtaAnswer format_postfix_answer(const DomainVerdict& verdict);

// Postfix 3.10 and later: as above, with the policy for its TLS reports, and with the patterns, by
// which Postfix 3.10.5 and later leaves out unlisted MX hosts itself and checks each certificate
// against the host's own name (RFC 8461 §4.1, §4.2). Where no MX host is listed the answer is the
// policy, and Postfix defers. An answer too long loses first the policy's text, then the patterns
// that no MX host needs.
MtaAnswer format_postfix_tlsrpt_answer(const DomainVerdict& verdict);

// The reason of a deferral, fit for any MTA: one line of printable ASCII, at most 200 octets.
std::string one_line_reason(std::string_view reason);

// "OK data", "NOTFOUND ", "TEMP reason": the payload of a socketmap reply.
std::string socketmap_payload(const MtaAnswer& answer);

}  // namespace strictmx
