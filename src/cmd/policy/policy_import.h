// cmd/policy/policy_import.h: `policy import`: reads a list and hands it on in groups, to the store
// or to a running daemon.
#pragma once
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "cmd/command_result.h"
#include "core/known_policy.h"

namespace strictmx {

class PolicyImport {
 public:
  // Takes over what is newer than the stored; says how many were.
  using Save = std::function<Result<std::size_t>(const std::vector<KnownPolicy>& group)>;
  explicit PolicyImport(Save save) : save_(std::move(save)) {}

  // Good lines between bad ones count. Exit 1 when a line was refused. `name` is for messages.
  // Errors: those of `save`.
  Result<CommandResult> read(std::istream& in, const std::string& name, WallTime now);

 private:
  void add(KnownPolicy policy);
  void refuse(const std::string& problem);
  void hand_on();

  Save save_;
  std::vector<KnownPolicy> group_;
  std::size_t group_bytes_ = 0;
  std::size_t imported_ = 0;
  std::size_t kept_ = 0;
  std::size_t refused_ = 0;
  std::optional<Error> failure_;
  CommandResult result_;
};

}  // namespace strictmx
