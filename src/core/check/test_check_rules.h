// core/check/test_check_rules.h: the tables that show each finding firing and not firing. One table
// for each section of the catalogue; the frame test (finding_catalogue_test) sees that no id is
// left out. Used by the tests of core only.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/check_rules.h"
#include "core/check/test_check_facts.h"

namespace strictmx {

enum class Fires : std::uint8_t { yes, no };
constexpr auto kYes = Fires::yes;
constexpr auto kNo = Fires::no;

inline void unchanged(CheckFacts&) {}

// A good domain, changed in one way.
struct RuleRow {
  const char* id;
  Fires fires;
  const char* name;
  void (*change)(CheckFacts& facts);
  const char* says = "";  // must be part of the evidence or the fix of the finding
};

std::vector<RuleRow> rows_of_mx();
std::vector<RuleRow> rows_of_sts_txt();
std::vector<RuleRow> rows_of_sts_host();
std::vector<RuleRow> rows_of_sts_tls();
std::vector<RuleRow> rows_of_sts_http();
std::vector<RuleRow> rows_of_sts_pol();
std::vector<RuleRow> rows_of_sts_mx();
std::vector<RuleRow> rows_of_smtp();
std::vector<RuleRow> rows_of_tls();
std::vector<RuleRow> rows_of_mx_cert();
std::vector<RuleRow> rows_of_dane();
std::vector<RuleRow> rows_of_rpt();

// The rows of several tables.
inline std::vector<RuleRow> rows_in(std::initializer_list<std::span<const RuleRow>> tables) {
  std::vector<RuleRow> rows;
  for (const auto table : tables) rows.insert(rows.end(), table.begin(), table.end());
  return rows;
}

inline std::vector<Finding> findings_of(const CheckFacts& facts) {
  return check_everything(CheckView(facts)).sorted();
}

inline std::string ids_of(const std::vector<Finding>& findings) {
  std::string ids;
  for (const auto& finding : findings) ids += std::string(finding.kind->id) + ' ';
  return ids;
}

inline void run_rows(const std::vector<RuleRow>& rows) {
  for (const auto& row : rows) {
    const auto what = std::string(row.id) + ": " + row.name;
    CAPTURE(what);
    auto facts = good_domain();
    row.change(facts);
    const auto findings = findings_of(facts);
    const auto ids = ids_of(findings);
    CAPTURE(ids);
    const auto found = std::ranges::find_if(
        findings, [&](const Finding& finding) { return finding.kind->id == row.id; });
    CHECK((found != findings.end()) == (row.fires == Fires::yes));
    if (found == findings.end() || *row.says == '\0') continue;
    const auto text = found->object + '\n' + found->evidence + '\n' + found->fix;
    CAPTURE(text);
    CHECK(text.find(row.says) != std::string::npos);
  }
}

}  // namespace strictmx
