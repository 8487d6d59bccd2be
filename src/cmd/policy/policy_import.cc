#include "cmd/policy/policy_import.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "store/policy_list.h"

namespace strictmx {

namespace {

// Of one group, which is one transaction or one request: as a line of text a policy has at most
// four times its body's size and some more (core/policy_export).
constexpr std::size_t kGroup = 500;
constexpr std::size_t kGroupBytes = std::size_t{128} << 10;

}  // namespace

Result<CommandResult> PolicyImport::read(std::istream& in, const std::string& name, WallTime now) {
  read_policy_list(in, name, now,
                   {[&](KnownPolicy policy) { add(std::move(policy)); },
                    [&](const std::string& problem) { refuse(problem); }});
  hand_on();
  if (failure_) return std::unexpected(*failure_);
  result_.out = fmt::format("{} imported, {} not newer than the stored, {} refused\n", imported_,
                            kept_, refused_);
  if (refused_ > 0) result_.exit = ExitCode::no;
  return result_;
}

void PolicyImport::add(KnownPolicy policy) {
  group_bytes_ += policy.body.size();
  group_.push_back(std::move(policy));
  if (group_.size() >= kGroup || group_bytes_ >= kGroupBytes) hand_on();
}

void PolicyImport::refuse(const std::string& problem) {
  ++refused_;
  result_.err += escape_remote(problem, 4096) + "\n";
}

void PolicyImport::hand_on() {
  const auto group = std::exchange(group_, {});
  group_bytes_ = 0;
  if (failure_ || group.empty()) return;
  const auto saved = save_(group);
  if (!saved) {
    failure_ = saved.error();
    return;
  }
  imported_ += *saved;
  kept_ += group.size() - *saved;
}

}  // namespace strictmx
