// service/policyd/engine.h: the side of the daemon that waits for others: knows every stored
// policy and recent failure, runs the look-ups. Lives on the look-up thread; all members are
// called there.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "core/override.h"
#include "service/policyd/generation_map.h"
#include "service/policyd/lookup.h"
#include "service/policyd/policy_table.h"

namespace strictmx {

constexpr std::size_t kMaxRefreshes = 32;

class Engine {
 public:
  // `parts` and `log` must outlive the engine and every look-up it began.
  Engine(asio::io_context& io, LookupParts& parts, Log& log, std::size_t max_lookups);

  // From now on these decide, before any look-up; an earlier set is replaced.
  void set_overrides(const std::vector<Override>& overrides);

  void set_max_lookups(std::size_t max_lookups) { max_lookups_ = max_lookups; }

  // `tell` is called when a domain comes under an enforce policy that was not under one before:
  // what was said of it so far may be weaker. To be added before the first look-up.
  using OnEnforce = std::function<void(const Domain&)>;
  void on_enforce(OnEnforce tell) { tell_enforce_.push_back(std::move(tell)); }

  // At start: a policy from the store.
  void remember(const KnownPolicy& policy);

  using OnStored = std::function<void(std::optional<DomainVerdict>)>;
  using OnDone = std::function<void(const TlsPolicyResult&)>;
  // Starts a look-up. `on_stored` is called before this returns, with what the stored policy alone
  // says; `on_done` once, later, when the verdict stands (or at once when there are too many).
  // `dane` off: for an MTA that cannot do DANE, whatever the rules say.
  void begin(NextHop hop, const OnStored& on_stored, OnDone on_done, DaneUse dane = DaneUse::on);

  // To be called every second or so: starts the refreshes that are due, at most kMaxRefreshes at a
  // time. RFC 8461 §3.3, §10.2.
  void refresh_due();
  // Fetches the policy of the domain again soon. False: none is stored.
  bool refresh_now(const Domain& domain);
  // Forgets the policy, in memory only. False: none was stored.
  bool forget(const Domain& domain);
  // Renews the gauges of policies that are near their end. Walks all policies.
  void measure_health();

  std::size_t policies() const { return policies_.size(); }
  std::size_t in_flight() const { return in_flight_ + refreshing_; }

 private:
  struct Trouble {
    std::optional<FetchBackoff> backoff;
    std::optional<MonoTime> dns_failing_since;
  };

  std::optional<TlsPolicyResult> override_for(const Domain& domain) const;
  StsMemory recall(const Domain& domain);
  void learn(const Domain& domain, const StsResult& result);
  std::optional<DomainVerdict> learnt_meanwhile(const NextHop& hop, const TlsPolicyResult& result);
  void report(const NextHop& hop, const TlsPolicyResult& result);
  void report_refresh(const Domain& domain, const StsResult& result);
  static Task<void> refresh(Engine& engine, Domain domain);
  static Task<void> run(Engine& engine, NextHop hop, StsMemory memory, OnDone on_done,
                        DaneUse dane);

  asio::io_context& io_;
  LookupParts& parts_;
  Log& log_;
  std::size_t max_lookups_;
  std::vector<OnEnforce> tell_enforce_;
  std::size_t in_flight_ = 0;
  std::size_t refreshing_ = 0;
  PolicyTable policies_;
  TextMap<Override> overrides_;
  GenerationMap<Trouble> troubles_;
};

}  // namespace strictmx
