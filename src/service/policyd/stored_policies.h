// service/policyd/stored_policies.h: the policies on disk, as the engine reaches them.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "core/known_policy.h"
#include "net/asio.h"
#include "store/policy_store.h"

namespace strictmx {

// Each call ends when the store has answered, or with Errc::timeout.
class StoredPolicies {
 public:
  virtual ~StoredPolicies() = default;
  virtual Task<Result<KnownPolicy>> find(Domain domain) = 0;  // PolicyStore::find()
  virtual Task<Result<PolicyStore::Part>> load_part(std::string after) = 0;
  virtual Task<Result<void>> check() = 0;   // check_policy_structure()
  virtual Task<Result<void>> repair() = 0;  // PolicyStore::repair()
  virtual Task<Result<std::size_t>> restore(std::vector<KnownPolicy> policies) = 0;  // save_newer()
};

}  // namespace strictmx
