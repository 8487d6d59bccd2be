#include "service/policyd/event_counter.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxFailing = 100000;

std::string key_of(const NextHop& hop) {
  return (hop.routing == Routing::host ? "[" : "") + hop.domain.text();
}

}  // namespace

EventCounter::EventCounter(const Clock& clock) : clock_(clock), failing_(kMaxFailing) {}

bool EventCounter::learn(const NextHop& hop, const TlsPolicyResult& result) {
  std::optional<DomainResults> events = find_tls_events(hop, result);
  const std::string key = key_of(hop);
  if (!events) {
    failing_.erase(key);
    return false;
  }
  failing_.put(key, *std::move(events));
  return true;
}

void EventCounter::count(const NextHop& hop, std::uint64_t answers) {
  if (!take_ || answers == 0) return;
  const DomainResults* one = failing_.find(key_of(hop));
  if (one == nullptr) return;
  DomainResults results = times(*one, answers);
  results.day = day_of(clock_.now().wall);  // RFC 8460 §4.1
  take_(std::move(results));
}

}  // namespace strictmx
