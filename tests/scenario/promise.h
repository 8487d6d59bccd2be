// scenario/promise.h: the promise of the daemon: while the newest policy that was fetched of a
// domain is an unexpired enforce policy, no answer is weaker than it or than an unexpired enforce
// policy before it (RFC 8461 §5, §5.1). What the operator overrides is answered as he says.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "core/mta_answer.h"
#include "scenario/world.h"

namespace strictmx::scenario {

class Promise {
 public:
  // `world` must outlive the object.
  explicit Promise(const World& world) : world_(world) {}

  // The enforce policy that is live at `now`, of the newest fetch.
  std::optional<KnownPolicy> enforced(const std::string& domain, WallTime now) const;

  // Whether the answer holds all that an enforce policy asks for; true without a policy.
  bool holds(const std::string& answer, const std::string& domain,
             const std::optional<KnownPolicy>& policy) const;

  // The same for any policy fetched since the daemon's start that is live at `now`: a reply from
  // memory may rest on the policy before, once, while it is renewed.
  bool holds_an_earlier_one(const std::string& answer, const std::string& domain,
                            WallTime now) const;

  // "OK dane-only" is right where DANE protects the domain, or did when the reply was made. To be
  // called for every domain whenever the world changes or time passes.
  void note_dane(const std::string& domain);
  // Answers of DNS from different times make a verdict: none of them shows DANE as it was.
  void mix_dane() { mixed_at_ = world_.clock.elapsed(); }

 private:
  bool protected_by_dane(const std::string& domain) const;
  bool host_has_dane(const std::string& host) const;

  const World& world_;
  std::map<std::string, Seconds> dane_seen_;  // when DANE last protected the domain
  std::optional<Seconds> mixed_at_;
};

}  // namespace strictmx::scenario
