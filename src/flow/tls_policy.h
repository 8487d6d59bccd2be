// flow/tls_policy.h: everything that one question of an MTA needs, as a state machine: the MTA-STS
// look-up and then, for an enforce policy, the MX records, so that the answer can name the exact
// hosts. RFC 8461 §3.4 (policy domain), §4.1 (MX match), §5.1 (order).
// Not here: waiting, deadlines and memory of answers (service/policyd).
#pragma once
#include <variant>
#include <vector>

#include "core/next_hop.h"
#include "core/verdict.h"
#include "flow/sts_lookup.h"

namespace strictmx {

struct AskMx {
  Domain domain;
};

using TlsPolicyAction = std::variant<AskTxt, FetchPolicy, SavePolicy, AskMx, Done>;

struct TlsPolicyResult {
  DomainVerdict verdict;
  StsResult sts;
  Seconds hold{0};  // how long the verdict may be answered before DNS is asked again
  std::vector<Step> steps;
};

class TlsPolicy {
 public:
  TlsPolicy(NextHop hop, StsMemory memory, StsSettings settings);

  // As StsLookup; after the last action of that, on_mx may follow before Done.
  TlsPolicyAction start(Now now);
  TlsPolicyAction on_txt(Now now, const TxtAnswer& answer);
  TlsPolicyAction on_fetch(Now now, const FetchOutcome& outcome);
  TlsPolicyAction on_saved(Now now, const Result<void>& saved);
  TlsPolicyAction on_mx(Now now, const MxAnswer& answer);
  TlsPolicyAction on_cancel(Now now);

  // Valid after Done; may be moved from.
  TlsPolicyResult& result() { return result_; }

 private:
  TlsPolicyAction advance(StsAction action);
  TlsPolicyAction on_sts_done();
  TlsPolicyAction finish(DomainVerdict verdict, Seconds hold);

  NextHop hop_;
  StsLookup sts_;
  TlsPolicyResult result_;
};

// The verdict from the stored policy alone, for when nothing else is known in time; nullopt when
// no live policy is stored. RFC 8461 §5.1.
std::optional<DomainVerdict> decide_from_stored(const NextHop& hop,
                                                const std::optional<KnownPolicy>& stored,
                                                WallTime now);

}  // namespace strictmx
