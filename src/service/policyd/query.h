// service/policyd/query.h: one look-up as the daemon would do it, for people: same flow, same DNS
// and HTTPS, stored policies read but not changed.
#pragma once
#include <string_view>

#include "base/log.h"
#include "core/mta_answer.h"
#include "core/next_hop.h"
#include "flow/tls_policy.h"
#include "service/policyd/options.h"

namespace strictmx {

struct QueryReport {
  NextHopKey key;
  TlsPolicyResult result;  // as without policy when the key can have none
  MtaAnswer postfix;
};

// Takes at most the timeouts of its DNS questions and one fetch. A store that cannot be read is
// reported in the log and counts as empty.
// Errors: Errc::usage, Errc::io from the options.
Result<QueryReport> run_query(const PolicydOptions& options, std::string_view key, Log& log);

}  // namespace strictmx
