// service/policyd/lookup.h: drives one flow/tls_policy machine: does what it asks for, several
// things at a time, and feeds back what happened. Knows nothing of what the events mean.
#pragma once
#include <functional>

#include "flow/tls_policy.h"
#include "net/asio.h"
#include "net/dns_client.h"
#include "net/policy_fetch.h"
#include "service/metrics.h"

namespace strictmx {

// Where a fetched policy is made durable.
class PolicySink {
 public:
  virtual ~PolicySink() = default;
  // Ends when the policy is on disk or has failed to be.
  virtual Task<Result<void>> save(KnownPolicy policy) = 0;
  // Ends when the domain has no policy on disk; in order with the saves.
  virtual Task<Result<void>> erase(Domain) { co_return Result<void>{}; }
};

// All must outlive the look-ups that use them.
struct LookupParts {
  const Clock& clock;
  DnsClient& dns;
  PolicyFetch& fetch;
  PolicySink& sink;
  Metrics& metrics;
  TlsPolicySettings rules;
  Millis dns_timeout;
  // Told of each policy as soon as it is on disk, or has failed to be.
  std::function<void(const KnownPolicy&)> on_policy = {};
};

struct LookupEvents {
  // Called once, as soon as the verdict stands.
  std::function<void(const TlsPolicyResult&)> on_decided;
  // Called when it turns out that DANE may have the say, before anybody knows.
  std::function<void()> on_dane_open = {};
};

// Ends when everything has ended, with the complete result.
Task<TlsPolicyResult> run_lookup(LookupParts& parts, NextHop hop, StsMemory memory,
                                 LookupEvents events);

// Fetches a stored policy again, whatever DNS says (RFC 8461 §3.3, §10.2).
Task<StsResult> run_refresh(LookupParts& parts, Domain domain, StsMemory memory);

}  // namespace strictmx
