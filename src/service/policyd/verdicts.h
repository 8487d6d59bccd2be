// service/policyd/verdicts.h: decided verdicts for the front ends that need more than a socketmap
// reply: the line protocol and the HTTP API. One look-up serves all who ask the same at the same
// time; a verdict is given again as long as it holds.
// Lives on the look-up thread; all members are called there.
// Limits: 64 MiB of remembered verdicts; what is pushed out is looked up again, and the engine
// still knows every stored policy.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/one_shot.h"
#include "service/policyd/cost_map.h"
#include "service/policyd/engine.h"

namespace strictmx {

struct Decision {
  DomainVerdict verdict;  // without the policy's body
  PolicySource source = PolicySource::none;
  MonoTime until;  // the verdict holds
};

class Verdicts {
 public:
  using Shared = std::shared_ptr<const Decision>;

  // `engine` and `clock` must outlive the object and the handlers of `lookups`.
  Verdicts(asio::io_context& lookups, Engine& engine, const Clock& clock);

  // Never null. Waits for at most `patience`; then what the stored policy alone says, else a
  // deferral. `dane`: whether the asking MTA can do DANE; without it MTA-STS alone decides.
  Task<Shared> decide(NextHop hop, DaneUse dane, Millis patience);

  // The next question for the domain leads to a look-up.
  void forget(const Domain& domain);

  // Whoever waits is answered by the stored policy, else by a deferral; so is who asks from now on,
  // unless the verdict is known. A look-up that we end ourselves must decide nothing.
  void stop();

  MonoTime now() const { return clock_.now().mono; }

  // Questions whose look-up is under way.
  std::size_t waiting() const { return pending_.size(); }

  std::size_t remembered() const { return known_.size(); }

 private:
  using Waiter = OneShot<Shared>;
  struct Pending {
    std::vector<Waiter*> waiters;  // each in the frame of its decide()
    std::optional<DomainVerdict> stored;
  };

  void join(const std::string& key, const NextHop& hop, DaneUse dane, Waiter& waiter);
  void on_done(const std::string& key, const TlsPolicyResult& result);
  Shared late(const std::string& key, Waiter& waiter);
  Shared undecided(const Pending* pending, const char* why) const;
  // The domain came under an enforce policy: what does not rest on one is looked up anew.
  void forget_open(const Domain& domain);

  asio::io_context& io_;
  Engine& engine_;
  const Clock& clock_;
  CostMap<Shared> known_;
  TextMap<std::unique_ptr<Pending>> pending_;
  bool stopping_ = false;
};

}  // namespace strictmx
