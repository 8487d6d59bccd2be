// core/verdict.h: what a sender must do, per (policy domain, MX host) and, derived from that, for
// the domain. RFC 8461 §4, §5. The only place where policy, MX set and mode meet.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/dns_answer.h"
#include "core/known_policy.h"

namespace strictmx {

enum class HostVerdict : std::uint8_t {
  none,          // no policy asks for anything
  sts_testing,   // under a testing policy, listed or not: report only
  sts_enforce,   // listed: authenticated TLS to this host name
  sts_unlisted,  // not listed in an enforce policy: treat as unreachable (RFC 8461 §5.1)
  dane,          // usable TLSA records: authenticated by them (RFC 7672 §2.2)
  dane_encrypt,  // only unusable TLSA records: encrypted, not authenticated (RFC 7672 §2.2)
  dane_failed,   // its DANE look-up failed: treat as unreachable (RFC 7672 §2.1.2)
};

std::string_view name_of(HostVerdict verdict);

// A host is judged only as one of the most preferred so many; less preferred ones are never used,
// which is the safe side and keeps every answer below its limit.
constexpr std::size_t kMaxMxHosts = 256;

struct MxVerdict {
  std::string host;  // as in the MX record; a valid Domain if the verdict is sts_enforce
  HostVerdict verdict;
};

enum class DomainRule : std::uint8_t {
  none,             // deliver as without a policy
  testing,          // as none; failures are to be reported
  enforce,          // authenticated TLS, only to `hosts`
  enforce_pattern,  // the MX set is unknown: only to hosts that `policy` allows
  dane,             // DANE at every MX host (core/dane_verdict)
  dane_some,        // DANE at the MX hosts that have TLSA records, opportunistic at the others
  defer,            // no host may be used now, or nothing could be decided
};
std::string_view name_of(DomainRule rule);

struct DomainVerdict {
  DomainRule rule = DomainRule::none;
  std::vector<MxVerdict> hosts;       // of the whole MX set, most preferred first; may be empty
  std::optional<KnownPolicy> policy;  // the policy that applies, whatever its mode
  std::string reason;                 // one line for people, our words
};

// The hosts mail may be tried at, most preferred first: the MX records, or the domain itself where
// there are none (RFC 5321 §5.1); empty for the null MX (RFC 7505 §3) and where they are unknown.
std::vector<std::string> mail_hosts(const Domain& domain, const MxAnswer& mx);

// No policy applies: nothing published, mode none, or none that can be had (RFC 8461 §3.3).
DomainVerdict decide_without_policy(std::string reason);

// Nothing can be said now; the mail must wait (RFC 8461 leaves DNS errors open).
DomainVerdict decide_deferral(std::string reason);

// RFC 8461 §5: a live policy and the MX records of the domain. `mx` is absent when it was not
// looked up (modes none and testing). For mode enforce:
//   found, a host listed          enforce
//   found, no host listed         defer
//   no MX records (no_data)       the domain itself is the one host (RFC 5321 §5.1), as above
//   null MX, no_name, failed, or absent    enforce_pattern: safe whatever the MTA then finds
DomainVerdict decide_with_policy(KnownPolicy policy, const std::optional<MxAnswer>& mx);

}  // namespace strictmx
