// core/dane_verdict.h: DANE and MTA-STS together (RFC 8461 §2, RFC 7672 §2.2): per MX host, and
// from that for the domain, because most MTAs take one answer per domain. Pure.
#pragma once
#include <optional>
#include <vector>

#include "core/dane.h"
#include "core/verdict.h"

namespace strictmx {

// Lays what DNS says about DANE over the verdict of MTA-STS alone:
// - every MX host that can be reached has usable TLSA records: `dane`, whatever MTA-STS says;
// - else an enforce policy holds for the hosts it lists, without those whose DANE look-up failed
//   (a failing DANE look-up is never replaced by MTA-STS);
// - else, when the look-ups of all hosts failed: `defer` (RFC 7672 §2.1.2);
// - else, when some hosts have TLSA records or failed: `dane_some`, and the MTA does per host what
//   one answer for the domain cannot say.
// `dane` holds the hosts looked at, in MX order; with an insecure MX RRset the verdict of MTA-STS
// stands (RFC 7672 §2.2.1: an attacker who can forge it chooses the TLSA records too).
DomainVerdict apply_dane(DomainVerdict sts, const std::optional<MxAnswer>& mx,
                         const std::vector<DaneHost>& dane);

}  // namespace strictmx
