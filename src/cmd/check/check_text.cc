#include "cmd/check/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "cmd/check/check_hosts_text.h"
#include "cmd/check/check_marks.h"
#include "cmd/check/check_words.h"
#include "cmd/check/finding_groups.h"

namespace strictmx {
namespace {

constexpr std::size_t kObjects = 12;  // objects of one kind that are printed each for itself

// A name of a line in the left margin, and its text.
void add_row(TextPage& page, std::string_view name, std::string_view text) {
  constexpr std::size_t kNameColumns = 12;
  page.wrapped(padded(fmt::format("  {}", name), kNameColumns), kNameColumns, printable(text));
}

// The answer, the domain, and what was found if there is room.
void add_first_line(TextPage& page, const DomainReport& report) {
  const auto answer =
      fmt::format("{} {}  ", sign_of(page, report.outcome), words_of(report.outcome));
  const auto painted = page.paint(paint_of(report.outcome), answer);
  const bool grave =
      report.outcome == CheckOutcome::broken || report.outcome == CheckOutcome::warnings;
  const auto counts = grave ? describe_counts(report) : "";
  const auto columns = columns_of(answer);
  if (columns + report.domain.size() + 2 + counts.size() <= page.style().width) {
    page.line(fmt::format("{}{}  {}", painted, page.paint(Paint::bold, report.domain), counts));
    return;
  }
  page.wrapped(painted, columns, report.domain, Paint::bold);
  if (!counts.empty()) page.wrapped("  ", 2, counts);
}

void add_head(TextPage& page, const DomainReport& report) {
  add_first_line(page, report);
  const auto answer = describe_answer(report);
  if (!answer.empty()) page.wrapped("  ", 2, printable(answer), Paint::bold);
  page.line();
  add_row(page, "mta-sts", describe_policy(report));
  add_row(page, "dane", describe_dane(report));
  add_row(page, "tls-rpt", describe_reports(report));
  add_row(page, "checked", describe_check(report));
}

void add_senders(TextPage& page, const CheckVerdict& verdict) {
  if (verdict.senders.empty()) return;
  page.line();
  page.line(page.paint(Paint::bold, "Mail from senders that follow"));
  constexpr std::size_t kColumns = 22;
  for (const auto& sender : verdict.senders) {
    const auto mark = mark_of(sender.delivery);
    const auto sign = page.paint(paint_of(mark), sign_of(page, mark));
    const auto who = sender.sender == Sender::plain ? "neither of them" : words_of(sender.sender);
    auto text = std::string(words_of(sender.delivery));
    if (!sender.reason.empty()) text += fmt::format(": {}", describe_reason(sender.reason));
    page.wrapped(fmt::format("  {} {}", sign, padded(std::string(who), kColumns - 4)), kColumns,
                 printable(text));
  }
}

// What is wrong once, then what was seen of each object.
void add_group(TextPage& page, FindingGroup group) {
  const auto& first = group.front();
  const auto& kind = *first.kind;
  page.line();
  page.line(fmt::format(
      "{} {}",
      page.paint(paint_of(first.severity), padded(std::string(words_of(first.severity)), 8)),
      page.paint(Paint::bold, kind.id)));
  page.wrapped("  ", 2, page.own(kind.title) + '.');
  const auto seen = group.first(std::min(group.size(), kObjects));
  for (const auto& finding : seen) {
    auto text = printable(finding.object);
    if (!finding.evidence.empty()) text += ": " + printable(finding.evidence);
    page.wrapped(fmt::format("  {} ", page.mark("•", "-")), 4, text);
  }
  if (group.size() > kObjects) page.line(fmt::format("    and {} more", group.size() - kObjects));
  page.wrapped(page.paint(Paint::dim, "  effect "), 9, page.own(kind.effect));
  page.wrapped(page.paint(Paint::dim, "  fix    "), 9, page.own(kind.fix));
  for (const auto& fix : fixes_of(seen)) {
    for (const auto line : split(fix, '\n')) page.line(fmt::format("    {}", line));
  }
  if (!kind.reference.empty()) page.line(page.paint(Paint::dim, "  " + page.own(kind.reference)));
}

void add_findings(TextPage& page, const DomainReport& report, Shown shown) {
  for (const auto group : groups_of(report.findings)) {
    if (shown == Shown::all || group.front().severity > Severity::info) add_group(page, group);
  }
}

void add_profile(TextPage& page, const ProfileOutlook& outlook) {
  page.line();
  page.line(page.paint(Paint::bold, page.own(outlook.title)));
  if (outlook.first != outlook.later)
    page.wrapped("  ", 2, fmt::format("The first message: {}.", words_of(outlook.first)));
  page.wrapped("  ", 2,
               fmt::format("Mail{}: {}.", outlook.first != outlook.later ? " after it" : "",
                           words_of(outlook.later)));
  for (const auto note : outlook.notes)
    page.wrapped(fmt::format("  {} ", page.mark("•", "-")), 4, page.own(note));
  if (outlook.notes.empty()) page.line("  No difference is documented that matters here.");
}

void add_foot(TextPage& page, const DomainReport& report, Shown shown) {
  page.line();
  auto text = describe_counts(report);
  if (const auto info = report.count(Severity::info); info > 0 && shown != Shown::all)
    text += fmt::format("; {} of severity info (see --all)", info);
  if (report.left_out > 0) text += fmt::format("; {} findings left out", report.left_out);
  page.wrapped("", 0, text);
  if (!report.findings.empty() && report.findings.front().severity >= Severity::notice) {
    const auto id = report.findings.front().kind->id;
    page.wrapped("", 0, fmt::format("more about one: strictmx check --explain {}", id), Paint::dim);
  }
}

void add_report(TextPage& page, const DomainReport& report, Shown shown) {
  add_head(page, report);
  add_senders(page, report.verdict);
  if (report.profile) add_profile(page, *report.profile);
  add_hosts(page, report);
  add_findings(page, report, shown);
  add_foot(page, report, shown);
}

void add_total(TextPage& page, const std::vector<DomainReport>& reports) {
  std::vector<std::string> parts;
  for (const auto outcome :
       {CheckOutcome::broken, CheckOutcome::warnings, CheckOutcome::unknown, CheckOutcome::good}) {
    const auto count = std::ranges::count(reports, outcome, &DomainReport::outcome);
    if (count > 0) {
      parts.push_back(page.paint(paint_of(outcome),
                                 fmt::format("{} {}", count, ascii_lower(words_of(outcome)))));
    }
  }
  page.line();
  page.line(fmt::format("{} domains: {}", reports.size(), join(parts, ", ")));
}

}  // namespace

std::string format_check_text(const std::vector<DomainReport>& reports, const TextStyle& style,
                              Shown shown) {
  TextPage page(style);
  for (const auto& report : reports) {
    if (&report != &reports.front()) {
      page.line();
      page.line(page.paint(Paint::dim, std::string(style.width, '-')));
      page.line();
    }
    add_report(page, report, shown);
  }
  if (reports.size() > 1) add_total(page, reports);
  return std::move(page).text();
}

}  // namespace strictmx
