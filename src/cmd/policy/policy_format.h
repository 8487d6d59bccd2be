// cmd/policy/policy_format.h: stored policies as text for people and as JSON. Pure.
// Forms: docs/formats/command-json.md.
#pragma once
#include <optional>

#include "base/json.h"
#include "base/time.h"
#include "cmd/cli/cli.h"
#include "cmd/command_result.h"
#include "core/pin.h"

namespace strictmx {

// Of `policy list`: those the call asks for. Exit 1 when there are none.
class PolicyLister {
 public:
  PolicyLister(const PolicyCall& call, WallTime now) : call_(call), now_(now) {}
  // `pin`: the one that holds its domain, or null; its policy is then shown instead.
  void add(const KnownPolicy& policy, const Pin* pin);
  CommandResult finish();

 private:
  const PolicyCall& call_;
  WallTime now_;
  std::string text_;
  Json::Array json_;
};

// Of `policy show`. `pin` as above.
CommandResult format_policy(const KnownPolicy& policy, const Pin* pin, OutputForm form,
                            WallTime now);

// Of `policy stats`.
class PolicyCounts {
 public:
  explicit PolicyCounts(WallTime now) : now_(now) {}
  void add(const KnownPolicy& policy);
  CommandResult format(OutputForm form, std::size_t unreadable) const;

 private:
  WallTime now_;
  std::int64_t total_ = 0;
  std::int64_t enforce_ = 0;
  std::int64_t testing_ = 0;
  std::int64_t none_ = 0;
  std::int64_t expired_ = 0;
  std::optional<WallTime> oldest_;
  std::optional<WallTime> newest_;
};

}  // namespace strictmx
