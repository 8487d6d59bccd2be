// service/collectd/tally.h: counts datagrams until they are stored. Most of a day's datagrams are
// alike to the last octet, so equal ones are counted without being read. For one thread.
// Limit: 16 MiB of different datagrams; further ones are not counted until the rest is stored.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/keyed_hash.h"
#include "core/tls_result.h"
#include "wire/tlsrpt_datagram.h"

namespace strictmx {

constexpr std::size_t kMaxTallyBytes = 16 * 1024 * 1024;

class Tally {
 public:
  enum class Fate : std::uint8_t { counted, malformed, full };
  struct Outcome {
    Fate fate = Fate::counted;
    std::optional<DatagramFault> fault;  // of all of it, or of what was left out
  };
  Outcome count(Day day, std::string_view octets);

  // Datagrams that are not stored yet.
  std::uint64_t pending() const { return pending_; }
  // More different ones are hardly taken: now is the time to store.
  bool crowded() const { return bytes_ > kMaxTallyBytes / 2; }

  // What is pending, as results to be added.
  void visit(const std::function<void(const DomainResults&)>& each) const;
  // All that visit() gave is stored. `today`: older days are forgotten.
  void settle(Day today);

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
