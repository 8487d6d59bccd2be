// store/policy_row.h: one row of the policy table, between its columns and a KnownPolicy. Pure.
// Format: docs/formats/policy-store.md.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "core/known_policy.h"

namespace strictmx {

// Views into a row that SQLite or a KnownPolicy owns.
struct PolicyRow {
  std::string_view domain;
  std::string_view id;
  std::string_view body;
  std::int64_t fetched_at;  // Unix seconds
  std::int64_t checksum;
};

// FNV-1a, 64 bits, over all other columns; sees every change of a single octet. Against damage,
// not against forgery: who may write the file may write any policy.
std::int64_t checksum_of(const PolicyRow& row);

PolicyRow format_row(const KnownPolicy& policy);  // the views point into `policy`

// Errors: Errc::corrupt, whatever is wrong with it.
Result<KnownPolicy> parse_row(const PolicyRow& row);

}  // namespace strictmx
