#include "service/policyd/query.h"

#include "net/run_task.h"
#include "service/policyd/lookup.h"
#include "store/pin_file.h"
#include "store/policy_store.h"

namespace strictmx {

namespace {

class NoSink : public PolicySink {
 public:
  Task<Result<void>> save(KnownPolicy) override { co_return Result<void>{}; }
};

std::optional<KnownPolicy> find_pinned(const PolicydOptions& options, const Domain& domain,
                                       Log& log) {
  const auto stored = load_pins(options.state, log);
  if (!stored) {
    log.warning("store_unreadable", {{"why", stored.error().detail}});
    return std::nullopt;
  }
  const WallTime now = SystemClock().now().wall;
  for (const auto& pin : stored->pins) {
    if (pin.policy.domain == domain && pin.holds(now)) return pin.applying(now);
  }
  return std::nullopt;
}

StsMemory recall(const PolicydOptions& options, const Domain& domain, Log& log) {
  StsMemory memory;
  memory.policy = find_pinned(options, domain, log);
  if (memory.policy) {
    memory.standing = PolicyStanding::pinned;
    return memory;
  }
  std::error_code ignored;
  if (!std::filesystem::exists(options.state / "policies.sqlite", ignored)) return memory;
  auto store = PolicyStore::open(options.state, StoreAccess::read_only, log);
  if (!store) {
    log.warning("store_unreadable", {{"why", store.error().detail}});
    return memory;
  }
  auto policy = (*store)->find(domain);
  if (policy) {
    memory.policy = *std::move(policy);
  } else if (policy.error().code != Errc::not_found) {
    log.warning("store_unreadable", {{"why", policy.error().detail}});
  }
  return memory;
}

Task<void> run_into(LookupParts& parts, NextHop hop, StsMemory memory, TlsPolicyResult& result) {
  LookupEvents ignored{.on_decided = [](const TlsPolicyResult&) {}};
  result = co_await run_lookup(parts, std::move(hop), std::move(memory), std::move(ignored));
}

}  // namespace

Result<QueryReport> run_query(const PolicydOptions& options, std::string_view key, Log& log) {
  QueryReport report{parse_next_hop(key), {}, {}};
  if (const auto* refused = std::get_if<NoPolicyKey>(&report.key)) {
    report.result.verdict = decide_without_policy(std::string(describe(*refused)));
    report.postfix = format_postfix_answer(report.result.verdict);
    return report;
  }
  for (const auto& entry : options.overrides) {
    if (entry.domain != std::get<NextHop>(report.key).domain) continue;
    if (auto verdict = decide_by_override(entry, SystemClock().now().wall)) {
      report.result.verdict = *std::move(verdict);
      report.postfix = format_postfix_answer(report.result.verdict);
      return report;
    }
  }
  asio::io_context io;
  auto dns = DnsClient::create(io, options.dns);
  if (!dns) return std::unexpected(dns.error());
  auto fetch = PolicyFetch::create(io, **dns, options.fetch);
  if (!fetch) return std::unexpected(fetch.error());
  NoSink sink;
  Metrics metrics;
  SystemClock clock;
  LookupParts parts{clock, **dns, **fetch, sink, metrics, options.rules, options.dns_timeout};
  const NextHop& hop = std::get<NextHop>(report.key);
  Task<void> task = run_into(parts, hop, recall(options, hop.domain, log), report.result);
  run_task(io, std::move(task));
  report.postfix = format_postfix_answer(report.result.verdict);
  return report;
}

}  // namespace strictmx
