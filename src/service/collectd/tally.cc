#include "service/collectd/tally.h"

#include <cstring>

#include "flow/tls_events.h"

namespace strictmx {

namespace {

constexpr std::size_t kEntryBytes = 64;  // of the map, beside the octets

// Both halves of a product of 128 bits, folded.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t load(const char* octets, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, octets, size);
  return word;
}

}  // namespace

// Sixteen octets a step, each mixed with the secret.
std::size_t Tally::Hash::operator()(std::string_view octets) const {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  std::uint64_t sum = seed ^ (octets.size() * kOdd);
  while (octets.size() > 16) {
    sum = fold(load(octets.data(), 8) ^ seed, load(octets.data() + 8, 8) ^ sum);
    octets.remove_prefix(16);
  }
  const std::size_t first = std::min<std::size_t>(octets.size(), 8);
  sum = fold(load(octets.data(), first) ^ seed ^ kOdd,
             load(octets.data() + first, octets.size() - first) ^ sum);
  return fold(sum ^ seed, kOdd);
}

Tally::Outcome Tally::count(Day day, std::string_view octets) {
  auto found_day = days_.find(day);
  if (found_day == days_.end()) {
    found_day = days_.emplace(day, Entries(0, Hash{seed_})).first;
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

void Tally::visit(const std::function<void(const DomainResults&)>& each) const {
  for (const auto& [day, entries] : days_) {
    for (const auto& [octets, entry] : entries) {
      if (entry.pending == 0) continue;
      auto parsed = parse_tlsrpt_datagram(octets);
      if (!parsed) continue;  // it was parsed before
      parsed->results.day = day;
      each(times(std::move(parsed->results), entry.pending));
    }
  }
}

void Tally::settle(Day today) {
  pending_ = 0;
  std::erase_if(days_, [&](const auto& day) { return day.first != today; });
  if (crowded()) days_.clear();
  bytes_ = 0;
  for (auto& [day, entries] : days_) {
    for (auto& [octets, entry] : entries) {
      entry.pending = 0;
      bytes_ += octets.size() + kEntryBytes;
    }
  }
}

}  // namespace strictmx
