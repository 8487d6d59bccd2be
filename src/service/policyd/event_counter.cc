#include "service/policyd/event_counter.h"

#include <algorithm>

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
    failing_.put(key, Failing{*std::move(events), answers_per_attempt(result.verdict)});
  } else {
    failing_.erase(key);
  }
}

void EventCounter::count(std::string_view key, std::uint64_t answers) {
  if (!take_ || answers == 0) return;
  Failing* failing = failing_.find(key);
  if (failing == nullptr) return;
  const std::uint64_t known = std::min(failing->ahead, answers);
  failing->ahead -= known;
  answers -= known;
  if (answers == 0) return;
  // Counted with its first answer.
  const std::uint64_t each = failing->answers_per_attempt;
  const std::uint64_t attempts = (answers + each - 1) / each;
  failing->ahead = attempts * each - answers;
  DomainResults results = times(failing->attempt, attempts);
  results.day = day_of(clock_.now().wall);  // RFC 8460 §4.1
  take_(std::move(results));
}

}  // namespace strictmx
