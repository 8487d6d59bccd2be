// store/policy_backup.h: checks and copies the policy file, also while a daemon writes to it.
// Neither changes it. Format: docs/formats/policy-store.md.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace strictmx {

struct VerifyReport {
  std::size_t intact = 0;  // rows
  // One line each, at most kMaxProblems: "row of DOMAIN: ..." or what SQLite says of a page.
  std::vector<std::string> problems;
};
constexpr std::size_t kMaxProblems = 1000;

// Reads every page and every row. A file that is no database of ours is a problem, not an error.
// Errors: Errc::io, Errc::not_found, Errc::unsupported.
Result<VerifyReport> verify_policies(const std::filesystem::path& file);

// Copies DIR/policies.sqlite as it is at one instant to `target` (mode 0600), replacing a file of
// that name only when the copy was read back and is sound. Returns how many rows it has.
// Errors: Errc::io, Errc::not_found, Errc::unsupported, Errc::corrupt (nothing is replaced).
Result<std::size_t> backup_policies(const std::filesystem::path& dir,
                                    const std::filesystem::path& target);

// DIR/policies.sqlite.
std::filesystem::path policy_file_of(const std::filesystem::path& dir);

}  // namespace strictmx
