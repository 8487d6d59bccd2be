// service/policyd/event_counter.h: counts answers that were given while something failed that no
// MTA tells of (flow/tls_events), day by day. Lives on the look-up thread; all members are called
// there. Limit: 100,000 next hops that fail at once; the longest unused are forgotten.
#pragma once
#include <functional>
#include <string>

#include "base/time.h"
#include "core/tls_result.h"
#include "flow/tls_events.h"
#include "service/policyd/generation_map.h"

namespace strictmx {

class EventCounter {
 public:
  // `clock` must outlive the object.
  explicit EventCounter(const Clock& clock);

  // Where results go; nowhere until then.
  using Take = std::function<void(DomainResults)>;
  void on_results(Take take) { take_ = std::move(take); }

  // What the last look-up of the next hop found.
  void learn(const NextHop& hop, const TlsPolicyResult& result);

  // So many answers were given that rest on that look-up. `key`: format_next_hop().
  void count(std::string_view key, std::uint64_t answers);

 private:
  const Clock& clock_;
  Take take_;
  struct Failing {
    DomainResults attempt;
    std::uint64_t answers_per_attempt;
    std::uint64_t ahead = 0;  // answers still to come of an attempt that is counted already
  };
  GenerationMap<Failing> failing_;
};

}  // namespace strictmx
