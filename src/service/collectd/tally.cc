#include "service/collectd/tally.h"

#include <utility>

namespace strictmx {

namespace {

constexpr std::size_t kEntryBytes = 64;  // of the map, beside the octets

}  // namespace

Tally::Outcome Tally::count(Day day, std::string_view octets) {
  auto found_day = days_.find(day);
  if (found_day == days_.end()) {
    found_day = days_.emplace(day, Entries(0, Hash{hash_key_})).first;
  }
  Entries& entries = found_day->second;
  auto entry = entries.find(octets);
  if (entry == entries.end()) {
    const auto parsed = parse_tlsrpt_datagram(octets);
    if (!parsed) return {Fate::malformed, parsed.error()};
    const std::size_t bytes = octets.size() + kEntryBytes;
    if (bytes_ + bytes > kMaxTallyBytes) return {Fate::full, std::nullopt};
    bytes_ += bytes;
    entry = entries.emplace(std::string(octets), Entry{0, parsed->flaw}).first;
  }
  ++entry->second.pending;
  ++pending_;
  return {Fate::counted, entry->second.flaw};
}

std::vector<CountedDatagram> Tally::take(Day today) {
  std::vector<CountedDatagram> taken;
  for (auto& [day, entries] : days_) {
    for (auto& [octets, entry] : entries) {
      if (entry.pending == 0) continue;
      taken.push_back({day, octets, std::exchange(entry.pending, 0)});
    }
  }
  pending_ = 0;
  if (crowded()) days_.clear();
  std::erase_if(days_, [&](const auto& day) { return day.first != today; });
  bytes_ = 0;
  for (const auto& [day, entries] : days_) {
    for (const auto& [octets, entry] : entries) bytes_ += octets.size() + kEntryBytes;
  }
  return taken;
}

}  // namespace strictmx
