#include "core/check/finding.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "core/check/finding_catalogue.h"

namespace strictmx {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::notice:
      return "notice";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
    case Severity::critical:
      return "critical";
  }
  return "unknown";
}

std::string_view name_of(PublishedMode mode) {
  switch (mode) {
    case PublishedMode::nothing:
      return "nothing";
    case PublishedMode::none:
      return "none";
    case PublishedMode::testing:
      return "testing";
    case PublishedMode::enforce:
      return "enforce";
  }
  return "unknown";
}

std::string_view name_of(Affected affected) {
  switch (affected) {
    case Affected::all_senders:
      return "all_senders";
    case Affected::sts_senders:
      return "sts_senders";
    case Affected::dane_senders:
      return "dane_senders";
    case Affected::sts_and_dane:
      return "sts_and_dane";
    case Affected::reports:
      return "reports";
    case Affected::owner:
      return "owner";
  }
  return "unknown";
}

std::span<const FindingKind> all_kinds() {
  static const std::vector<FindingKind> kKinds = join_catalogue();
  return kKinds;
}

const FindingKind* find_kind(std::string_view id) {
  const auto kinds = all_kinds();
  const auto found = std::ranges::find(kinds, id, &FindingKind::id);
  return found == kinds.end() ? nullptr : &*found;
}

void Findings::add(std::string_view id, std::string object, std::string evidence, std::string fix) {
  const auto* kind = find_kind(id);
  const auto severity = kind == nullptr ? Severity::info : kind->severity.in(mode_);
  add_as(severity, id, std::move(object), std::move(evidence), std::move(fix));
}

void Findings::add_as(Severity severity, std::string_view id, std::string object,
                      std::string evidence, std::string fix) {
  const auto* kind = find_kind(id);
  if (kind == nullptr) throw std::logic_error("no such finding: " + std::string(id));
  const bool known = std::ranges::any_of(all_, [&](const Finding& finding) {
    return finding.kind == kind && finding.object == object;
  });
  if (known) return;
  if (all_.size() == kMaxFindings) {
    ++left_out_;
    return;
  }
  all_.push_back({kind, severity, std::move(object), std::move(evidence), std::move(fix)});
}

bool Findings::has(std::string_view id) const {
  return std::ranges::any_of(all_, [&](const Finding& f) { return f.kind->id == id; });
}

std::vector<Finding> Findings::sorted() const {
  std::vector<Finding> sorted;
  for (const auto severity :
       {Severity::critical, Severity::error, Severity::warning, Severity::notice, Severity::info}) {
    std::ranges::copy_if(all_, std::back_inserter(sorted),
                         [&](const Finding& finding) { return finding.severity == severity; });
  }
  return sorted;
}

}  // namespace strictmx
