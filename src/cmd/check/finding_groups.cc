#include "cmd/check/finding_groups.h"

#include <algorithm>

#include "base/text.h"
#include "cmd/text_page.h"

namespace strictmx {
namespace {

bool go_together(const Finding& a, const Finding& b) {
  return a.kind == b.kind && a.severity == b.severity;
}

std::string printable_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) lines.push_back(printable(line));
  return join(lines, "\n");
}

}  // namespace

std::vector<Finding> in_groups(const std::vector<Finding>& sorted) {
  std::vector<std::vector<Finding>> groups;
  for (const auto& finding : sorted) {
    const auto group = std::ranges::find_if(
        groups, [&](const auto& other) { return go_together(other.front(), finding); });
    if (group == groups.end()) {
      groups.push_back({finding});
    } else {
      group->push_back(finding);
    }
  }
  std::vector<Finding> ordered;
  for (const auto& group : groups) ordered.insert(ordered.end(), group.begin(), group.end());
  return ordered;
}

std::vector<FindingGroup> groups_of(const std::vector<Finding>& findings) {
  std::vector<FindingGroup> groups;
  FindingGroup left = findings;
  while (!left.empty()) {
    const auto end = std::ranges::find_if_not(
        left, [&](const auto& finding) { return go_together(finding, left.front()); });
    const auto count = static_cast<std::size_t>(end - left.begin());
    groups.push_back(left.first(count));
    left = left.subspan(count);
  }
  return groups;
}

std::vector<std::string> fixes_of(FindingGroup group) {
  std::vector<std::string> fixes;
  for (const auto& finding : group) {
    auto text = printable_lines(finding.fix);
    if (!text.empty() && std::ranges::find(fixes, text) == fixes.end())
      fixes.push_back(std::move(text));
  }
  return fixes;
}

}  // namespace strictmx
