// core/check/check_view.h: the facts of a check as a sender reads them: the record that counts, the
// policy in force, which MX host it names. Made once and given to every rule, so that no rule reads
// a record or a policy on its own. Pure.
#pragma once
#include <optional>

#include "core/check/check_facts.h"
#include "core/check/finding.h"
#include "core/sts_policy.h"
#include "core/sts_record.h"
#include "core/tlsrpt_record.h"

namespace strictmx {

struct CheckView {
  explicit CheckView(const CheckFacts& seen);  // `seen` outlives it
  CheckView(const CheckView&) = delete;        // `record` points into `txt`
  CheckView& operator=(const CheckView&) = delete;

  const CheckFacts& facts;

  StsTxt txt;                       // select_sts_record of what _mta-sts.DOMAIN answers
  const StsRecord* record;          // the one that counts; null without
  TlsRptTxt rpt;                    // select_tlsrpt_record of what _smtp._tls.DOMAIN answers
  std::optional<std::string> body;  // the best policy body seen at the policy host: of the fetch,
                                    // else of an address that sent one with status 200
  std::optional<PolicyScan> scan;   // of `body`
  std::optional<StsPolicy> policy;  // what a sender that follows RFC 8461 holds now: record, fetch
                                    // and body are all good
  PublishedMode mode;               // of `policy`; `nothing` without

  // The policy that is meant: `policy`, or what a body that no sender accepts asks for.
  bool meant_to_enforce() const;
  // By any pattern of the policy in force or, without one, of the scanned body.
  bool covers(const MxHostFacts& host) const;
};

}  // namespace strictmx
