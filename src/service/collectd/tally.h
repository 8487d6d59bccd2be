// service/collectd/tally.h: counts datagrams until they are stored. Most of a day's datagrams are
// alike to the last octet, so equal ones are counted without being read. For one thread.
// Limit: 12 MiB of different datagrams; further ones are not counted until these were taken.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "core/tls_result.h"
#include "wire/tlsrpt_datagram.h"

namespace strictmx {

constexpr std::size_t kMaxTallyBytes = 12 * 1024 * 1024;

// A datagram that can be parsed, and how often it came on a day.
struct CountedDatagram {
  Day day;
  std::string octets;
  std::uint64_t sessions;
};

class Tally {
 public:
  enum class Fate : std::uint8_t { counted, malformed, full };
  struct Outcome {
    Fate fate = Fate::counted;
    std::optional<DatagramFault> fault;  // of all of it, or of what was left out
  };
  Outcome count(Day day, std::string_view octets);

  // Datagrams counted since the last take().
  std::uint64_t pending() const { return pending_; }
  // Soon no different ones are counted any more: it is time for take().
  bool crowded() const { return bytes_ > kMaxTallyBytes / 4 * 3; }

  // All that is pending; then nothing is. `today`: datagrams of older days are forgotten.
  std::vector<CountedDatagram> take(Day today);

 private:
  struct Hash {
    using is_transparent = void;
    using is_avalanching = void;
    HashKey key;
    std::size_t operator()(std::string_view octets) const { return keyed_hash(octets, key); }
  };
  struct Entry {
    std::uint64_t pending = 0;
    std::optional<DatagramFault> flaw;
  };
  using Entries = boost::unordered_flat_map<std::string, Entry, Hash, std::equal_to<>>;

  HashKey hash_key_ = HashKey::random();
  std::map<Day, Entries> days_;
  std::uint64_t pending_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace strictmx
