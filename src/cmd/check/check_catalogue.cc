#include "cmd/check/check_catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "cmd/check/check_words.h"

namespace strictmx {
namespace {

bool is_fixed(const SeverityByMode& severity) {
  return severity.enforce == severity.testing && severity.testing == severity.otherwise;
}

std::string describe_severity(const SeverityByMode& severity) {
  if (is_fixed(severity)) return std::string(name_of(severity.enforce));
  if (severity.testing == severity.otherwise) {
    return fmt::format("{} under an enforce policy, else {}", name_of(severity.enforce),
                       name_of(severity.otherwise));
  }
  return fmt::format("{} under an enforce policy, {} under a testing policy, else {}",
                     name_of(severity.enforce), name_of(severity.testing),
                     name_of(severity.otherwise));
}

// Levenshtein's distance.
std::size_t distance_of(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// The group an id belongs to, for the headings of the page.
std::string_view group_of(std::string_view id) {
  constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
      {"mx-cert-", "Certificates of MX hosts"},
      {"mx-", "MX records and MX hosts"},
      {"sts-txt-", "The record at _mta-sts"},
      {"sts-host-", "The policy host"},
      {"sts-tls-", "TLS and certificate of the policy host"},
      {"sts-cert-", "TLS and certificate of the policy host"},
      {"sts-caa-", "TLS and certificate of the policy host"},
      {"sts-http-", "HTTP of the policy host"},
      {"sts-pol-", "The policy's text"},
      {"sts-", "The policy and what it meets"},
      {"smtp-", "SMTP"},
      {"tls-", "TLS of MX hosts"},
      {"net-", "The network from here"},
      {"dnssec-", "DNSSEC"},
      {"dane-", "DANE"},
      {"rpt-", "TLS reporting"},
  };
  for (const auto& [prefix, name] : kGroups) {
    if (id.starts_with(prefix)) return name;
  }
  return "Others";
}

std::string format_entry(const FindingKind& kind) {
  return fmt::format(
      "### {0}\n\n**{1}.** Severity: {2}. Concerns {3}.{4}{5}\n\n{6}\n\n*Fix:* {7}\n\n", kind.id,
      kind.title, describe_severity(kind.severity), words_of(kind.affected),
      kind.reference.empty() ? "" : " ",
      kind.reference.empty() ? "" : fmt::format("{}.", kind.reference), kind.effect, kind.fix);
}

constexpr std::string_view kHead =
    "# Findings of `strictmx check`\n\n"
    "Made by `strictmx check --catalogue`; `make test` fails when it is out of date. Ids are "
    "never\n"
    "renamed. `strictmx check --explain ID` prints one entry. How a report is read: "
    "[check.md](check.md).\n\n"
    "Severities: *critical*: senders that enforce defer or refuse mail now; *error*: against the\n"
    "standard, or the protection is void; *warning*: fragile, or protects only in part; *notice*:\n"
    "advice; *info*: worth knowing.\n\n";

}  // namespace

std::string format_finding_page(const FindingKind& kind, const TextStyle& style) {
  TextPage page(style);
  page.line(page.paint(Paint::bold, kind.id));
  page.wrapped("", 0, page.own(kind.title) + '.');
  page.line();
  page.wrapped("severity  ", 10, page.own(describe_severity(kind.severity)));
  page.wrapped("concerns  ", 10, words_of(kind.affected));
  if (!kind.reference.empty()) page.wrapped("reference ", 10, page.own(kind.reference));
  page.line();
  page.wrapped("effect    ", 10, page.own(kind.effect));
  page.line();
  page.wrapped("fix       ", 10, page.own(kind.fix));
  return std::move(page).text();
}

std::vector<std::string_view> nearest_finding_ids(std::string_view unknown, std::size_t limit) {
  constexpr std::size_t kLongest = 64;
  unknown = unknown.substr(0, kLongest);
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const auto& kind : all_kinds()) {
    auto distance = distance_of(unknown, kind.id);
    if (!unknown.empty() && kind.id.find(unknown) != std::string_view::npos) distance = 1;
    ranked.emplace_back(distance, kind.id);
  }
  std::ranges::sort(ranked);
  std::vector<std::string_view> ids;
  for (const auto& entry : ranked) {
    if (ids.size() < limit) ids.push_back(entry.second);
  }
  return ids;
}

std::string format_catalogue() {
  std::vector<std::pair<std::string_view, std::string>> groups;
  for (const auto& kind : all_kinds()) {
    const auto name = group_of(kind.id);
    auto group = std::ranges::find(groups, name, [](const auto& entry) { return entry.first; });
    if (group == groups.end()) group = groups.emplace(groups.end(), name, "");
    group->second += format_entry(kind);
  }
  std::string text(kHead);
  text += fmt::format("{} kinds of findings.\n\n", all_kinds().size());
  for (const auto& [name, entries] : groups) text += fmt::format("## {}\n\n{}", name, entries);
  text.pop_back();
  return text;
}

}  // namespace strictmx
