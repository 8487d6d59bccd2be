// Every form of the report of strictmx check: what it says, and that remote text cannot harm it.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "cmd/check/check_html.h"
#include "cmd/check/check_json.h"
#include "cmd/check/check_junit.h"
#include "cmd/check/check_sarif.h"
#include "cmd/check/check_text.h"
#include "cmd/check/finding_groups.h"
#include "cmd/check/test_check_report.h"

using namespace strictmx;

namespace {

constexpr TextStyle kPlain{.colour = false, .utf8 = false, .width = 80};

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string text_of(const DomainReport& report, TextStyle style = kPlain,
                    Shown shown = Shown::matters) {
  return format_check_text({report}, style, shown);
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); });
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  for (const auto line : split(text, '\n')) longest = std::max(longest, columns_of(line));
  return longest;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("text: the first line answers whether all is well") {
  CHECK(text_of(good_report()).starts_with("+ GOOD  good.example\n  Mail arrives encrypted.\n"));
  CHECK(text_of(broken_report()).starts_with("x BROKEN  broken.example  2 critical\n"));
  auto unknown = good_report();
  unknown.outcome = CheckOutcome::unknown;
  unknown.why_unknown = "DNS answered nothing";
  CHECK(text_of(unknown).starts_with("? COULD NOT TELL  good.example\n  DNS answered nothing\n"));
  CHECK(text_of(good_report(), {.colour = false, .utf8 = true, .width = 80})
            .starts_with("✓ GOOD  good.example\n"));
}

TEST_CASE("text: what is wrong once, then each object, then what to do") {
  const auto text = text_of(broken_report());
  CHECK(count_of(text, "mx-cert-expired") == 2);  // and once in the last line
  CHECK(holds(text,
              "CRITICAL mx-cert-expired\n  The certificate of an MX host has expired.\n"
              "  - mx1.example [192.0.2.1]: ended 2026-11-23\n"
              "  - mx2.example [192.0.2.2]: ended 2026-11-24\n"));
  CHECK(holds(text, "    certbot renew\n    postfix reload\n"));
  CHECK(holds(text, " section 4.2\n"));
  CHECK(holds(text, "expired 3 days ago"));
  CHECK(holds(text, "1 of severity info"));
  CHECK_FALSE(holds(text, "sts-mode-testing"));
  CHECK(holds(text_of(broken_report(), kPlain, Shown::all), "INFO     sts-mode-testing"));
}

TEST_CASE("text: several domains have a sum") {
  const auto text = format_check_text({good_report(), broken_report()}, kPlain, Shown::matters);
  CHECK(text.ends_with("2 domains: 1 broken, 1 good\n"));
}

TEST_CASE("text: no line is wider than the terminal, whatever a server says") {
  for (const std::size_t width : {40U, 60U, 80U, 132U}) {
    CAPTURE(width);
    const TextStyle style{.colour = false, .utf8 = false, .width = width};
    auto report = broken_report();
    report.findings[0].evidence = std::string(300, 'e');
    report.report_targets = {"mailto:" + std::string(200, 'a') + "@example.com"};
    CHECK(longest_line(text_of(report, style, Shown::all)) <= width);
    CHECK(longest_line(text_of(good_report(), style)) <= width);
  }
}

TEST_CASE("text: colours are signs of ours alone") {
  const auto hostile = text_of(hostile_report(), kPlain, Shown::all);
  CHECK(is_plain_ascii(hostile));
  CHECK(holds(hostile, R"(\x1b[31m)"));
  const auto coloured = text_of(broken_report(), {.colour = true, .utf8 = false, .width = 80});
  CHECK(holds(coloured, "\x1b[1;31mx BROKEN  \x1b[0m"));
}

TEST_CASE("json: one document, and the same on lines") {
  const auto text = format_check_json({good_report(), broken_report()});
  const auto json = Json::parse(text);
  REQUIRE(json);
  CHECK(*json->find("version")->integer() == 1);
  CHECK(*json->find("exit_code")->integer() == 2);
  const auto& domains = *json->find("domains")->array();
  REQUIRE(domains.size() == 2);
  CHECK(*domains[1].find("domain")->string() == "broken.example");
  const auto& finding = domains[1].find("findings")->array()->front();
  CHECK(*finding.find("id")->string() == "mx-cert-expired");
  CHECK(*finding.find("severity")->string() == "critical");
  CHECK(*domains[1].find("counts")->find("critical")->integer() == 2);
  CHECK(*domains[1].find("verdict")->find("senders")->array()->back().find("delivery")->string() ==
        "deferred");
  CHECK(domains[0].find("why_unknown")->is_null());
  const auto line = format_check_jsonl(good_report());
  CHECK(line.starts_with("{\"version\":1,\"domain\":\"good.example\""));
  CHECK(count_of(line, "\n") == 1);
}

TEST_CASE("json: remote text stays inside of its string") {
  const auto json = Json::parse(format_check_json({hostile_report()}));
  REQUIRE(json);
  const auto& domain = json->find("domains")->array()->front();
  CHECK(domain.find("findings")->array()->size() == 3);
  CHECK(holds(*domain.find("policy")->find("id")->string(), "<script>"));
  CHECK(Json::parse(format_check_sarif({hostile_report()})));
}

TEST_CASE("sarif: rules by index, levels, and where nothing could be told") {
  auto unknown = good_report();
  unknown.outcome = CheckOutcome::unknown;
  unknown.why_unknown = "DNS answered nothing";
  const auto json = Json::parse(format_check_sarif({broken_report(), unknown}));
  REQUIRE(json);
  CHECK(*json->find("version")->string() == "2.1.0");
  const auto& run = json->find("runs")->array()->front();
  const auto& rules = *run.find("tool")->find("driver")->find("rules")->array();
  const auto& results = *run.find("results")->array();
  CHECK(rules.size() == 2);
  REQUIRE(results.size() == 3);
  CHECK(*results[1].find("ruleIndex")->integer() == 0);
  CHECK(*results[1].find("level")->string() == "error");
  CHECK(*results[2].find("ruleIndex")->integer() == 1);
  CHECK(*results[2].find("level")->string() == "note");
  const auto& place = *results[2].find("locations")->array();
  CHECK(*place[0].find("physicalLocation")->find("artifactLocation")->find("uri")->string() ==
        "dns:broken.example");
  const auto& notes =
      *run.find("invocations")->array()->front().find("toolExecutionNotifications")->array();
  REQUIRE(notes.size() == 1);
  CHECK(holds(*notes[0].find("message")->find("text")->string(), "good.example: DNS"));
}

TEST_CASE("junit: a suite for each domain, a case for each sender and kind") {
  const auto text = format_check_junit({good_report(), broken_report()});
  CHECK(holds(text,
              "<testsuites name=\"strictmx check\" tests=\"10\" failures=\"3\" errors=\"0\" "
              "skipped=\"0\" time=\"0.824\">"));
  CHECK(holds(text, "<testsuite name=\"good.example\" tests=\"4\" failures=\"0\""));
  CHECK(holds(text, "timestamp=\"2026-11-26T19:00:00\""));
  CHECK(count_of(text, "<testcase ") == 10);
  CHECK(holds(text, "name=\"mx-cert-expired\"><failure type=\"critical\""));
  auto unknown = good_report();
  unknown.outcome = CheckOutcome::unknown;
  unknown.verdict = report_verdict(Delivery::unknown, "no");
  CHECK(holds(format_check_junit({unknown}),
              "tests=\"5\" failures=\"0\" errors=\"0\" skipped=\"3\""));
}

TEST_CASE("junit: a domain that takes no mail, and says so, passes") {
  auto report = good_report();
  report.verdict = report_verdict(Delivery::bounced, "it takes no mail");
  CHECK(holds(format_check_junit({report}), "tests=\"4\" failures=\"0\""));
  report.outcome = CheckOutcome::broken;
  CHECK(holds(format_check_junit({report}), "tests=\"4\" failures=\"2\""));
}

TEST_CASE("junit and html: remote text is text") {
  for (const auto& text :
       {format_check_junit({hostile_report()}), format_check_html({hostile_report()})}) {
    CHECK_FALSE(holds(text, "<script"));
    CHECK_FALSE(holds(text, "]]>"));
    CHECK_FALSE(holds(text, "\x1b"));
    CHECK_FALSE(holds(text, "\xe2\x80\xae"));
    CHECK_FALSE(holds(text, "\r"));
    CHECK(holds(text, "&lt;script&gt;"));
  }
}

TEST_CASE("html: complete in itself, without script") {
  const auto text = format_check_html({good_report(), broken_report()});
  CHECK(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  for (const char* const part :
       {"<script", "http:", "https:", "url(", "@import", "<link", "<img"}) {
    CAPTURE(part);
    CHECK_FALSE(holds(text, part));
  }
  for (const char* const part :
       {"default-src 'none'", "prefers-color-scheme: dark", "@media print", "scope=\"col\"",
        "href=\"#broken.example\"", "id=\"broken.example\"", "<main id=\"report\">"}) {
    CAPTURE(part);
    CHECK(holds(text, part));
  }
  CHECK(count_of(text, "<details") == count_of(text, "</details>"));
  CHECK(count_of(text, "<section") == 2);
}

TEST_CASE("findings of one kind and severity stand together, in order of the first") {
  const auto row = [](const FindingKind& kind, Severity severity, std::string object) {
    return Finding{&kind, severity, std::move(object), "", "fix"};
  };
  const auto ordered = in_groups(
      {row(kExpiredKind, Severity::critical, "a"), row(kTestingKind, Severity::critical, "b"),
       row(kExpiredKind, Severity::critical, "c"), row(kExpiredKind, Severity::info, "d")});
  std::string objects;
  for (const auto& finding : ordered) objects += finding.object;
  CHECK(objects == "acbd");
  const auto groups = groups_of(ordered);
  CHECK(groups.size() == 3);
  CHECK(fixes_of(groups[0]) == std::vector<std::string>{"fix"});
}
