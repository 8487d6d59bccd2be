// bench/world_policy.h: the policies of the benchmark's world (bench/world_name.h) as a daemon
// that has fetched them stores them.
#pragma once
#include <cstdint>

#include "core/known_policy.h"

namespace strictmx::bench {

constexpr std::uint32_t kFirstKnown = 1000000;

// That of d<kFirstKnown + number>.enforce, fetched up to 60,000 s before `now`.
KnownPolicy world_policy(std::uint32_t number, WallTime now);

}  // namespace strictmx::bench
