// service/policyd/generation_map.h: a bounded map that forgets what was not used for long. Two
// generations of at most half the limit each: entries go into the young one and come back to it
// when used; when it is full, the old one is dropped whole. All operations are O(1) amortised.
// For one thread.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace strictmx {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return boost::hash<std::string_view>()(text);
  }
};

template <class V>
using TextMap = boost::unordered_flat_map<std::string, V, TextHash, std::equal_to<>>;

template <class V>
class GenerationMap {
 public:
  explicit GenerationMap(std::size_t max_entries) : half_(max_entries / 2 + 1) {}

  // nullptr when unknown. The pointer is valid until the next call of any member.
  V* find(std::string_view key) {
    if (const auto hit = young_.find(key); hit != young_.end()) return &hit->second;
    const auto hit = old_.find(key);
    if (hit == old_.end()) return nullptr;
    V value = std::move(hit->second);
    old_.erase(hit);
    return &put(key, std::move(value));
  }

  V& put(std::string_view key, V value) {
    if (young_.size() >= half_) {
      old_ = std::move(young_);
      young_ = {};
    }
    old_.erase(std::string(key));
    return young_.insert_or_assign(std::string(key), std::move(value)).first->second;
  }

  void erase(std::string_view key) {
    if (const auto hit = young_.find(key); hit != young_.end()) young_.erase(hit);
    if (const auto hit = old_.find(key); hit != old_.end()) old_.erase(hit);
  }

  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  std::size_t half_;
  TextMap<V> young_;
  TextMap<V> old_;
};

}  // namespace strictmx
