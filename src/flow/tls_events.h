// flow/tls_events.h: the failures of a look-up that belong into a TLS report and that no MTA tells
// of: policies that cannot be fetched or used, MX hosts that a policy does not list, MX hosts whose
// DANE look-up fails. Source: RFC 8460 §4.3, RFC 8461 §5, §6. Pure.
//
// What is counted are answers to an MTA, which stand for attempts to deliver; we see no sessions.
// So that nothing is counted twice beside what the MTA tells (docs/reports.md):
// - a policy that is not had and none is stored: one failed session under the policy of type sts
//   without text, which no MTA reports under;
// - the same with a policy stored: the failure's details alone, under that policy; its sessions are
//   the MTA's to count, for they go on under it;
// - an MX host left out before one that may be used: one failed session for each, because the MTA
//   passes over it in silence;
// - mode testing, the most preferred MX host not listed: one failed session (RFC 8461 §5), which
// the
//   MTA reports under no policy at all.
// Nothing where DANE decides for all MX hosts, and where no policy is known.
#pragma once
#include <optional>

#include "core/next_hop.h"
#include "core/tls_result.h"
#include "flow/tls_policy.h"

namespace strictmx {

// For one attempt to deliver; the day is for the caller to set. Absent: nothing to report.
std::optional<DomainResults> find_tls_events(const NextHop& hop, const TlsPolicyResult& result);

// The same for that many attempts.
DomainResults times(DomainResults results, std::uint64_t attempts);

// How many answers stand for one attempt. Seen: Postfix, 2026-11, asks again for each MX host that
// it comes to, so also for those that it then passes over.
std::uint64_t answers_per_attempt(const DomainVerdict& verdict);

}  // namespace strictmx
