// store/unsaved_policies.h: policies that could not be written, the last of each domain, until they
// can. Pure. Changes are told apart by their turn, a number that grows. Private to src/store.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/known_policy.h"

namespace strictmx {

constexpr std::size_t kMaxUnsaved = 65536;

class UnsavedPolicies {
 public:
  // Kept unless one of a later turn is. False: there is no room.
  bool keep(KnownPolicy policy, std::uint64_t turn);

  // The domain was erased in this turn: what is of an earlier one is dropped.
  void drop(const Domain& domain, std::uint64_t turn);

  struct Part {
    std::vector<KnownPolicy> policies;
    std::vector<std::uint64_t> turns;  // one for each
  };
  // Copies of up to `limit` of them.
  Part some(std::size_t limit) const;
  // They are written; what was replaced since stays.
  void saved(const Part& part);

  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    KnownPolicy policy;
    std::uint64_t turn;
  };
  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace strictmx
