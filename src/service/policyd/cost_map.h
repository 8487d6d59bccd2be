// service/policyd/cost_map.h: a map bounded by what its entries cost, not by their number, that
// forgets what was not used for long. Two generations of at most half the limit each, as in
// generation_map.h. An entry that costs more than half is not kept. For one thread.
#pragma once
#include <optional>

#include "service/policyd/generation_map.h"

namespace strictmx {

template <class V>
class CostMap {
 public:
  explicit CostMap(std::size_t max_cost) : half_(max_cost / 2) {}

  std::optional<V> find(std::string_view key) {
    if (const auto hit = young_.find(key); hit != young_.end()) return hit->second.value;
    const auto hit = old_.find(key);
    if (hit == old_.end()) return std::nullopt;
    Entry entry = std::move(hit->second);
    old_.erase(hit);
    V value = entry.value;
    put(key, std::move(entry.value), entry.cost);
    return value;
  }

  void put(std::string_view key, V value, std::size_t cost) {
    erase(key);
    if (cost > half_) return;
    if (cost_ + cost > half_) {
      old_ = std::move(young_);
      young_ = {};
      cost_ = 0;
    }
    cost_ += cost;
    young_.insert_or_assign(std::string(key), Entry{std::move(value), cost});
  }

  void erase(std::string_view key) {
    if (const auto hit = young_.find(key); hit != young_.end()) {
      cost_ -= hit->second.cost;
      young_.erase(hit);
    }
    if (const auto hit = old_.find(key); hit != old_.end()) old_.erase(hit);
  }

  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Entry {
    V value;
    std::size_t cost;
  };
  std::size_t half_;
  std::size_t cost_ = 0;  // of young_
  TextMap<Entry> young_;
  TextMap<Entry> old_;
};

}  // namespace strictmx
