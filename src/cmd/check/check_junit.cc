#include "cmd/check/check_junit.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "cmd/check/check_words.h"
#include "cmd/check/finding_groups.h"
#include "cmd/markup.h"
#include "cmd/text_page.h"

namespace strictmx {
namespace {

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  double seconds = 0;
};

// The cases of one domain and how they ended.
class Suite {
 public:
  explicit Suite(const DomainReport& report) : domain_(report.domain) {}

  void passed(std::string_view name, std::string_view text) {
    add(name, text.empty() ? "" : fmt::format("<system-out>{}</system-out>", markup(text)));
  }
  void failed(std::string_view name, std::string_view type, std::string_view message,
              std::string_view text) {
    ++counts_.failures;
    add(name, fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>", markup(type),
                          markup(message), markup(text)));
  }
  void skipped(std::string_view name, std::string_view why) {
    ++counts_.skipped;
    add(name, fmt::format("<skipped message=\"{}\"/>", markup(why)));
  }

  const Counts& counts() const { return counts_; }
  const std::string& cases() const { return cases_; }

 private:
  void add(std::string_view name, const std::string& inside) {
    ++counts_.tests;
    cases_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\">{}</testcase>\n",
                          markup(domain_), markup(name), inside);
  }

  std::string domain_;
  std::string cases_;
  Counts counts_;
};

// A domain that takes no mail, and says so, is good.
void add_sender(Suite& suite, const SenderOutlook& sender, CheckOutcome outcome) {
  const auto name = fmt::format("mail from {} senders", name_of(sender.sender));
  const auto words = words_of(sender.delivery);
  if (sender.delivery == Delivery::unknown) return suite.skipped(name, sender.reason);
  if (mark_of(sender.delivery) == Mark::bad && outcome != CheckOutcome::good)
    return suite.failed(name, name_of(sender.delivery), words, sender.reason);
  suite.passed(name, sender.reason.empty() ? words : fmt::format("{}: {}", words, sender.reason));
}

std::string text_of(std::span<const Finding> group) {
  const auto& kind = *group.front().kind;
  std::string text = "\n";
  for (const auto& finding : group) {
    text += printable(finding.object);
    if (!finding.evidence.empty()) text += ": " + printable(finding.evidence);
    text += '\n';
  }
  text += fmt::format("{}\nFix: {}\n", kind.effect, kind.fix);
  for (const auto& fix : fixes_of(group)) text += fix + '\n';
  return text;
}

void add_group(Suite& suite, std::span<const Finding> group) {
  const auto& first = group.front();
  if (first.severity < Severity::warning) return suite.passed(first.kind->id, text_of(group));
  suite.failed(first.kind->id, name_of(first.severity), first.kind->title, text_of(group));
}

std::string format_suite(const DomainReport& report, Counts& all) {
  Suite suite(report);
  if (report.outcome == CheckOutcome::unknown) suite.skipped("check", report.why_unknown);
  for (const auto& sender : report.verdict.senders) add_sender(suite, sender, report.outcome);
  for (const auto group : groups_of(report.findings)) add_group(suite, group);
  const auto& counts = suite.counts();
  const auto seconds = static_cast<double>(report.took.count()) / 1000.0;
  all.tests += counts.tests;
  all.failures += counts.failures;
  all.skipped += counts.skipped;
  all.seconds += seconds;
  auto when = format_utc(report.started);
  when.pop_back();  // the form has no time zone
  return fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" "
      "time=\"{:.3f}\" timestamp=\"{}\">\n{}  </testsuite>\n",
      markup(report.domain), counts.tests, counts.failures, counts.skipped, seconds, when,
      suite.cases());
}

}  // namespace

std::string format_check_junit(const std::vector<DomainReport>& reports) {
  Counts all;
  std::string suites;
  for (const auto& report : reports) suites += format_suite(report, all);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"strictmx check\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
      "skipped=\"{}\" time=\"{:.3f}\">\n{}</testsuites>\n",
      all.tests, all.failures, all.skipped, all.seconds, suites);
}

}  // namespace strictmx
