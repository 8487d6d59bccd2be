#include "store/policy_list.h"

#include <fmt/format.h>

#include "core/policy_export.h"

namespace strictmx {

void read_policy_list(std::istream& in, const std::string& name, WallTime now,
                      const PolicyListVisitor& visitor) {
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    auto policy = parse_export_line(line, now);
    if (policy) {
      visitor.each(*std::move(policy));
    } else {
      visitor.bad(fmt::format("{}:{}: {}", name, number, policy.error().detail));
    }
  }
}

}  // namespace strictmx
