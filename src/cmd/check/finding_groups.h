// cmd/check/finding_groups.h: findings of one kind and severity, told together: what is wrong is
// said once, and what was seen of each object. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/check/finding.h"

namespace strictmx {

using FindingGroup = std::span<const Finding>;  // never empty

// The same findings, the gravest first, each kind's of one severity side by side.
std::vector<Finding> in_groups(const std::vector<Finding>& sorted);

// Of findings in groups; they outlive the result.
std::vector<FindingGroup> groups_of(const std::vector<Finding>& findings);

// What is to be published, each text once and printable, line ends kept.
std::vector<std::string> fixes_of(FindingGroup group);

}  // namespace strictmx
