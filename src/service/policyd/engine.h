// service/policyd/engine.h: the side of the daemon that waits for others: knows every stored
// policy and recent failure, runs the look-ups. Lives on the look-up thread; all members are
// called there.
#pragma once
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "core/override.h"
#include "core/pin.h"
#include "service/policyd/event_counter.h"
#include "service/policyd/generation_map.h"
#include "service/policyd/lookup.h"
#include "service/policyd/policy_loading.h"
#include "service/policyd/policy_table.h"
#include "service/policyd/stored_policies.h"

namespace strictmx {

constexpr std::size_t kMaxRefreshes = 32;

class Engine {
 public:
  // `parts` and `log` must outlive the engine and every look-up it began.
  Engine(asio::io_context& io, LookupParts& parts, Log& log, std::size_t max_lookups);

  // From now on these decide, before any look-up; an earlier set is replaced.
  void set_overrides(const std::vector<Override>& overrides);

  void set_max_lookups(std::size_t max_lookups) { max_lookups_ = max_lookups; }

  // `tell` is called when a domain comes under another policy than before, or under one at all:
  // what was said of it so far no longer holds. To be added before the first look-up.
  using OnChange = std::function<void(const KnownPolicy&)>;
  void on_change(OnChange tell) { tell_change_.push_back(std::move(tell)); }

  // Where failures for TLS reports go. To be set before the first look-up.
  void on_results(EventCounter::Take take) { events_.on_results(std::move(take)); }
  // So many answers were given for the next hop (format_next_hop()) since the last call.
  void count_answers(std::string_view key, std::uint64_t answers) { events_.count(key, answers); }

  // At start: a policy from the store, or from the preload list.
  void remember(const KnownPolicy& policy, PolicyOrigin origin = PolicyOrigin::fetched);

  // From a preload list that was read again: it counts where none was fetched.
  void learn_preloaded(const KnownPolicy& policy);

  // At start, instead: begins to load what is stored. Look-ups work meanwhile, and miss nothing.
  // `disk` must outlive the engine.
  void load(StoredPolicies& disk);

  // The store may have lost policies: those known are written to it again, as far as it has no
  // later ones. It must outlive the engine.
  void restore(StoredPolicies& disk);

  // Until what is stored of the domain is known. Errors: those of PolicyLoading::find().
  Task<Result<void>> make_known(Domain domain);

  // Ends what goes on for long.
  void stop();

  using OnStored = std::function<void(std::optional<DomainVerdict>)>;
  using OnDone = std::function<void(const TlsPolicyResult&)>;
  // Starts a look-up. `on_stored` is called with what the stored policy alone says: before this
  // returns, unless the domain's policy is not loaded yet; perhaps later with nullopt, when that
  // must not be said; `on_done` once, later, when the verdict stands (or at once when there are too
  // many).
  // `dane` off: for an MTA that cannot do DANE, whatever the rules say.
  void begin(NextHop hop, const OnStored& on_stored, OnDone on_done, DaneUse dane = DaneUse::on);

  // To be called every second or so: starts the refreshes that are due, at most kMaxRefreshes at a
  // time. RFC 8461 §3.3, §10.2.
  void refresh_due();

  // What follows is the operator's (engine_operator.cc). A look-up of the domain that is under way
  // meanwhile answers, but what it learnt is not kept.

  // Fetches the policy of the domain again, whatever failed before; nullopt: none is known.
  Task<std::optional<StsResult>> refresh_now(Domain domain);
  // In memory and on disk. False: none was known. After an error it is known as before.
  Task<Result<bool>> forget(Domain domain);
  // Takes over a policy that was not fetched here, if no later one is known. True: it was. Errors:
  // it may be known all the same, but is not durable yet.
  Task<Result<bool>> adopt(KnownPolicy policy);
  // While it holds, the pinned policy applies. An earlier pin is replaced.
  void pin(const Pin& pin);
  bool unpin(const Domain& domain);

  // All that is known of a domain.
  struct Known {
    std::optional<KnownPolicy> policy;  // fetched, perhaps expired
    std::optional<PolicyTable::Plan> plan;
    std::optional<Pin> pin;  // that holds
    std::optional<Override> override;
    std::optional<FetchBackoff> backoff;
    std::optional<MonoTime> dns_failing_since;
  };
  Known known(const Domain& domain);

  // Tells the operator that Sendmail cannot be told of the domain: its mail waits.
  void warn_long(const Domain& domain);
  // Renews the gauges of policies that are near their end. Walks all policies.
  void measure_health();

  std::size_t policies() const { return policies_.size(); }
  std::size_t pins() const;  // that hold
  std::size_t in_flight() const {
    const std::size_t loading = loading_ ? loading_->running() : 0;
    return in_flight_ + refreshing_ + (restoring_ ? 1 : 0) + loading;
  }

 private:
  struct Trouble {
    std::optional<FetchBackoff> backoff;
    std::optional<MonoTime> dns_failing_since;
  };

  struct UnderWay {
    Domain domain;
    bool overtaken = false;  // by an operator's decision
  };
  using Ticket = std::list<UnderWay>::iterator;
  struct Told {
    OnStored on_stored;
    OnDone on_done;
  };

  bool is_loading() const { return loading_ && !loading_->done(); }
  bool is_loaded(const Domain& domain) const;
  void remember_loaded(const KnownPolicy& policy);
  void on_loaded(StoredPolicies& disk);
  static Task<void> restore_all(Engine& engine, StoredPolicies& disk);
  static Task<void> begin_unloaded(Engine& engine, NextHop hop, Told told, DaneUse dane);
  void begin_loaded(NextHop hop, Told told, DaneUse dane);
  void defer(const OnDone& on_done, std::string why);
  std::optional<TlsPolicyResult> override_for(const Domain& domain) const;
  StsMemory recall(const Domain& domain);
  StsMemory recall_stored(const Domain& domain);
  const Pin* pin_of(const Domain& domain) const;
  std::optional<KnownPolicy> applying(const Domain& domain) const;
  Ticket enter(const Domain& domain);
  void overtake(const Domain& domain);
  bool is_overtaken(const Domain& domain);
  Task<void> settle(Domain domain);
  void report_pinned(const KnownPolicy& fetched);
  void learn_policy(const KnownPolicy& policy);
  bool is_known_alike(const KnownPolicy& policy) const;
  void learn_trouble(const Domain& domain, const StsResult& result);
  std::optional<DomainVerdict> learnt_meanwhile(const NextHop& hop, const TlsPolicyResult& result);
  void report(const NextHop& hop, const TlsPolicyResult& result);
  void report_refresh(const Domain& domain, const StsResult& result);
  static Task<void> refresh_in_turn(Engine& engine, Domain domain);
  static Task<std::optional<StsResult>> refresh(Engine& engine, Domain domain, StsMemory memory);
  static Task<void> run(Engine& engine, NextHop hop, StsMemory memory, Told told, DaneUse dane);

  asio::io_context& io_;
  LookupParts& parts_;
  Log& log_;
  std::size_t max_lookups_;
  std::vector<OnChange> tell_change_;
  std::size_t in_flight_ = 0;
  std::size_t refreshing_ = 0;
  bool restoring_ = false;
  std::size_t restored_to_ = 0;  // the place in policies_
  bool stopping_ = false;
  std::unique_ptr<PolicyLoading> loading_;  // absent: all is loaded, by remember()
  bool restore_then_ = false;               // when all is loaded
  TextMap<bool> forgotten_;                 // while loading: rows of these come too late
  PolicyTable policies_;
  TextMap<Override> overrides_;
  TextMap<Pin> pins_;
  std::list<UnderWay> under_way_;  // look-ups and refreshes
  GenerationMap<Trouble> troubles_;
  EventCounter events_;
};

}  // namespace strictmx
