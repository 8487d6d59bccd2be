#include "service/policyd/lookup.h"

namespace strictmx {

Task<TlsPolicyResult> run_lookup(LookupParts& parts, NextHop hop, StsMemory memory) {
  TlsPolicy flow(std::move(hop), std::move(memory), parts.sts);
  TlsPolicyAction action = flow.start(parts.clock.now());
  for (;;) {
    const MonoTime deadline = parts.clock.now().mono + parts.dns_timeout;
    if (auto* txt = std::get_if<AskTxt>(&action)) {
      const TxtAnswer answer = co_await parts.dns.query_txt(std::move(txt->name), deadline);
      action = flow.on_txt(parts.clock.now(), answer);
    } else if (auto* fetch = std::get_if<FetchPolicy>(&action)) {
      const FetchOutcome outcome = co_await parts.fetch.fetch(std::move(fetch->domain));
      parts.metrics.count_fetch(outcome.status);
      action = flow.on_fetch(parts.clock.now(), outcome);
    } else if (auto* save = std::get_if<SavePolicy>(&action)) {
      const Result<void> saved = co_await parts.sink.save(std::move(save->policy));
      action = flow.on_saved(parts.clock.now(), saved);
    } else if (auto* mx = std::get_if<AskMx>(&action)) {
      const MxAnswer answer = co_await parts.dns.query_mx(std::move(mx->domain), deadline);
      action = flow.on_mx(parts.clock.now(), answer);
    } else {
      co_return std::move(flow.result());
    }
  }
}

}  // namespace strictmx
