#include "store/unsaved_policies.h"

#include <utility>

namespace strictmx {

bool UnsavedPolicies::keep(KnownPolicy policy, std::uint64_t turn) {
  const auto known = kept_.find(policy.domain.text());
  if (known == kept_.end()) {
    if (kept_.size() >= kMaxUnsaved) return false;
    std::string domain = policy.domain.text();
    kept_.emplace(std::move(domain), Kept{std::move(policy), turn});
  } else if (known->second.turn < turn) {
    known->second = Kept{std::move(policy), turn};
  }
  return true;
}

void UnsavedPolicies::drop(const Domain& domain, std::uint64_t turn) {
  const auto known = kept_.find(domain.text());
  if (known != kept_.end() && known->second.turn < turn) kept_.erase(known);
}

UnsavedPolicies::Part UnsavedPolicies::some(std::size_t limit) const {
  Part part;
  for (const auto& [domain, kept] : kept_) {
    if (part.policies.size() >= limit) break;
    part.policies.push_back(kept.policy);
    part.turns.push_back(kept.turn);
  }
  return part;
}

void UnsavedPolicies::saved(const Part& part) {
  for (std::size_t i = 0; i < part.policies.size(); ++i) {
    drop(part.policies[i].domain, part.turns[i] + 1);
  }
}

}  // namespace strictmx
