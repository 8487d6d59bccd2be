// service/policyd/engine.h: the side of the daemon that waits for others: knows every stored
// policy and recent failure, runs the look-ups. Lives on the look-up thread; all members are
// called there.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/log.h"
#include "service/policyd/generation_map.h"
#include "service/policyd/lookup.h"

namespace strictmx {

class Engine {
 public:
  // `parts` and `log` must outlive the engine and every look-up it began.
  Engine(asio::io_context& io, LookupParts& parts, Log& log, std::size_t max_lookups);

  // At start: a policy from the store.
  void remember(const KnownPolicy& policy);

  using OnStored = std::function<void(std::optional<DomainVerdict>)>;
  using OnDone = std::function<void(const TlsPolicyResult&)>;
  // Starts a look-up. `on_stored` is called before this returns, with what the stored policy alone
  // says; `on_done` once, later, when the verdict stands (or at once when there are too many).
  void begin(NextHop hop, const OnStored& on_stored, OnDone on_done);

  std::size_t policies() const { return policies_.size(); }
  std::size_t in_flight() const { return in_flight_; }

 private:
  // Compact on purpose: there may be a million. Parsed again when needed.
  struct StoredText {
    std::string id;
    std::string body;
    WallTime fetched_at;
  };
  struct Trouble {
    std::optional<FetchBackoff> backoff;
    std::optional<MonoTime> dns_failing_since;
  };

  StsMemory recall(const Domain& domain);
  void learn(const Domain& domain, const StsResult& result);
  void report(const NextHop& hop, const TlsPolicyResult& result);
  static Task<void> run(Engine& engine, NextHop hop, StsMemory memory, OnDone on_done);

  asio::io_context& io_;
  LookupParts& parts_;
  Log& log_;
  std::size_t max_lookups_;
  std::size_t in_flight_ = 0;
  TextMap<StoredText> policies_;
  GenerationMap<Trouble> troubles_;
};

}  // namespace strictmx
