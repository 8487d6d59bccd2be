// store/policy_preload.h: policies an operator knows beforehand, against an attack on the first
// contact with a domain. They stand below fetched ones: the caller is to use each only while
// nothing readable is stored for its domain, and until its own fetched_at + max_age. They are not
// stored. Format: docs/formats/policy-export.md.
#pragma once
#include <functional>
#include <istream>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "core/known_policy.h"

namespace strictmx {

// Calls `each` for every policy of the list `in` that is of use at `now`. A line that is refused is
// reported as one of `name` (event preload_line_refused, the first 100), the rest counts all the
// same; what became of the lines is event preload_loaded.
void load_preload(std::istream& in, const std::string& name, WallTime now,
                  const std::function<void(const KnownPolicy&)>& each, Log& log);

}  // namespace strictmx
