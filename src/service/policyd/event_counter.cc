#include "service/policyd/event_counter.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxFailing = 100000;

}  // namespace

EventCounter::EventCounter(const Clock& clock) : clock_(clock), failing_(kMaxFailing) {}

void EventCounter::learn(const NextHop& hop, const TlsPolicyResult& result) {
  const std::string key = format_next_hop(hop);
  std::optional<DomainResults> events;
  if (result.reportable) events = find_tls_events(hop, result);
  if (events) {
    failing_.put(key, *std::move(events));
  } else {
    failing_.erase(key);
  }
}

void EventCounter::count(std::string_view key, std::uint64_t answers) {
  if (!take_ || answers == 0) return;
  const DomainResults* one = failing_.find(key);
  if (one == nullptr) return;
  DomainResults results = times(*one, answers);
  results.day = day_of(clock_.now().wall);  // RFC 8460 §4.1
  take_(std::move(results));
}

}  // namespace strictmx
