// store/policy_list.h: reads a list of policies, a line for each. Format:
// docs/formats/policy-export.md. Empty lines are skipped.
#pragma once
#include <functional>
#include <istream>
#include <string>

#include "core/known_policy.h"

namespace strictmx {

struct PolicyListVisitor {
  std::function<void(KnownPolicy)> each;
  std::function<void(const std::string& problem)> bad;  // "NAME:LINE: message"
};

// Good lines between bad ones are handed out all the same.
void read_policy_list(std::istream& in, const std::string& name, WallTime now,
                      const PolicyListVisitor& visitor);

}  // namespace strictmx
