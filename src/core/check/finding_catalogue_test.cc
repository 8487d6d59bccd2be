#include "core/check/finding_catalogue.h"

#include <doctest/doctest.h>

#include <regex>
#include <set>

#include "core/check/test_check_rules.h"

namespace strictmx {

namespace {

std::vector<RuleRow> all_rows() {
  std::vector<RuleRow> all;
  for (const auto& rows : {rows_of_mx(), rows_of_sts_txt(), rows_of_sts_host(), rows_of_sts_tls(),
                           rows_of_sts_http(), rows_of_sts_pol(), rows_of_sts_mx(), rows_of_smtp(),
                           rows_of_tls(), rows_of_mx_cert(), rows_of_dane(), rows_of_rpt()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

std::set<std::string_view> ids_with(Fires fires) {
  std::set<std::string_view> ids;
  for (const auto& row : all_rows()) {
    if (row.fires == fires) ids.insert(row.id);
  }
  return ids;
}

bool is_sentence(std::string_view text) {
  return !text.empty() && text.size() <= 400 && text.ends_with('.') &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
}

}  // namespace

TEST_CASE("every kind of finding has a row that fires and one that does not") {
  const auto firing = ids_with(Fires::yes);
  const auto silent = ids_with(Fires::no);
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.id);
    CHECK(firing.contains(kind.id));
    CHECK(silent.contains(kind.id));
  }
}

TEST_CASE("no row is about an id that is not in the catalogue") {
  for (const auto& row : all_rows()) {
    CAPTURE(row.id);
    CHECK(find_kind(row.id) != nullptr);
  }
}

TEST_CASE("ids are unique and in their form") {
  const std::regex form("[a-z0-9]+(-[a-z0-9]+)+");
  std::set<std::string_view> seen;
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.id);
    CHECK(seen.insert(kind.id).second);
    CHECK(std::regex_match(std::string(kind.id), form));
    CHECK(find_kind(kind.id) == &kind);
  }
  CHECK(find_kind("no-such-finding") == nullptr);
}

TEST_CASE("texts are within their limits") {
  const std::regex reference("RFC [0-9]{3,5}( §[0-9A-Z][0-9.]*(, §[0-9A-Z][0-9.]*)*)?");
  for (const auto& kind : all_kinds()) {
    CAPTURE(kind.id);
    CHECK(!kind.title.empty());
    CHECK(kind.title.size() <= 80);
    CHECK(!kind.title.ends_with('.'));
    CHECK(is_sentence(kind.effect));
    CHECK(is_sentence(kind.fix));
    if (!kind.reference.empty()) CHECK(std::regex_match(std::string(kind.reference), reference));
  }
}

TEST_CASE("of a good domain nothing is said that is more than a notice") {
  auto facts = good_domain();
  SUBCASE("without DNSSEC") {}
  SUBCASE("with DANE") { sign_with_dane(facts); }
  SUBCASE("without MTA-STS") {
    facts.sts_txt = txt_with("_mta-sts.example.com", {});
    facts.wildcard_txt = {};
    facts.policy_host = {};
    facts.policy_host.dns = name_without("mta-sts.example.com", DnsStatus::no_name);
    facts.policy_host.outcome = {FetchStatus::host_not_found, {}, {}};
    facts.policy_host.fetched = true;
    facts.policy_host_caa.reset();
  }
  for (const auto& finding : findings_of(facts)) {
    CAPTURE(finding.kind->id);
    CAPTURE(finding.evidence);
    CHECK(finding.severity <= Severity::notice);
  }
}

TEST_CASE("of facts that nobody has collected nothing is said") {
  CheckFacts facts(*Domain::parse("example.com"));
  facts.planned_mx = true;  // the MX query is the one that is always made
  CHECK(ids_of(findings_of(facts)).empty());
}

}  // namespace strictmx
