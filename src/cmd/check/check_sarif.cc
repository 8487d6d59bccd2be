#include "cmd/check/check_sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/json.h"
#include "cmd/check/check_words.h"
#include "cmd/text_page.h"
#include "cmd/version.h"

namespace strictmx {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// SARIF 2.1.0 §3.27.10.
std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::info:
    case Severity::notice:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
    case Severity::critical:
      return "error";
  }
  return "none";
}

Json message(std::string text) { return Json::Object{{"text", std::move(text)}}; }

Json rule_json(const FindingKind& kind) {
  return Json::Object{
      {"id", kind.id},
      {"shortDescription", message(std::string(kind.title))},
      {"fullDescription", message(std::string(kind.effect))},
      {"help", message(fmt::format("{} {}", kind.fix, kind.reference))},
      {"defaultConfiguration", Json::Object{{"level", level_of(kind.severity.enforce)}}},
      {"properties",
       Json::Object{{"affected", words_of(kind.affected)}, {"reference", kind.reference}}}};
}

std::string text_of(const Finding& finding) {
  auto text = fmt::format("{}: {}.", printable(finding.object), finding.kind->title);
  if (!finding.evidence.empty()) text += fmt::format(" Seen: {}.", printable(finding.evidence));
  text += fmt::format(" {}", finding.kind->fix);
  return text;
}

Json location_json(const DomainReport& report, const Finding& finding) {
  const Json::Object place{
      {"artifactLocation", Json::Object{{"uri", fmt::format("dns:{}", report.domain)}}}};
  const Json::Object logical{{"name", printable(finding.object)}, {"kind", "resource"}};
  return Json::Object{{"physicalLocation", place}, {"logicalLocations", Json::Array{logical}}};
}

// The results, and the kinds they refer to by index.
class Results {
 public:
  void add(const DomainReport& report, const Finding& finding) {
    const Json::Object prints{
        {"strictmxFinding/v1",
         fmt::format("{}/{}/{}", report.domain, finding.kind->id, printable(finding.object))}};
    const Json::Object properties{{"domain", report.domain},
                                  {"severity", name_of(finding.severity)},
                                  {"publish", finding.fix}};
    results_.emplace_back(
        Json::Object{{"ruleId", finding.kind->id},
                     {"ruleIndex", static_cast<std::int64_t>(index_of(finding.kind))},
                     {"level", level_of(finding.severity)},
                     {"message", message(text_of(finding))},
                     {"locations", Json::Array{location_json(report, finding)}},
                     {"partialFingerprints", prints},
                     {"properties", properties}});
  }

  Json rules() const {
    Json::Array rules;
    for (const auto* const kind : kinds_) rules.push_back(rule_json(*kind));
    return rules;
  }
  Json results() && { return std::move(results_); }

 private:
  std::size_t index_of(const FindingKind* kind) {
    const auto found = std::ranges::find(kinds_, kind);
    if (found != kinds_.end()) return static_cast<std::size_t>(found - kinds_.begin());
    kinds_.push_back(kind);
    return kinds_.size() - 1;
  }

  std::vector<const FindingKind*> kinds_;
  Json::Array results_;
};

// Domains about which nothing could be told are no results, but must not pass in silence.
Json notes_json(const std::vector<DomainReport>& reports) {
  Json::Array notes;
  for (const auto& report : reports) {
    if (report.why_unknown.empty()) continue;
    notes.emplace_back(Json::Object{
        {"level", "error"},
        {"message", message(fmt::format("{}: {}", report.domain, report.why_unknown))}});
  }
  return notes;
}

Json invocation_json(const std::vector<DomainReport>& reports) {
  const auto outcome = outcome_of(reports);
  return Json::Object{{"executionSuccessful", outcome != CheckOutcome::unknown},
                      {"exitCode", exit_code_of(outcome)},
                      {"toolExecutionNotifications", notes_json(reports)}};
}

}  // namespace

std::string format_check_sarif(const std::vector<DomainReport>& reports) {
  Results results;
  for (const auto& report : reports) {
    for (const auto& finding : report.findings) results.add(report, finding);
  }
  const Json::Object driver{{"name", "strictmx"},
                            {"version", kVersion},
                            {"semanticVersion", kVersion},
                            {"rules", results.rules()}};
  const Json::Object run{{"tool", Json::Object{{"driver", driver}}},
                         {"invocations", Json::Array{invocation_json(reports)}},
                         {"columnKind", "utf16CodeUnits"},
                         {"results", std::move(results).results()}};
  return Json(Json::Object{{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::Array{run}}})
             .dump() +
         '\n';
}

}  // namespace strictmx
