#include "cmd/check/check_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "cmd/check/check_words.h"
#include "cmd/check/finding_groups.h"
#include "cmd/markup.h"
#include "cmd/version.h"

namespace strictmx {
namespace {

std::string_view class_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::good:
      return "good";
    case CheckOutcome::warnings:
      return "warn";
    case CheckOutcome::broken:
      return "bad";
    case CheckOutcome::unknown:
      return "none";
  }
  return "none";
}

std::string_view class_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "none";
    case Severity::notice:
      return "note";
    case Severity::warning:
      return "warn";
    case Severity::error:
    case Severity::critical:
      return "bad";
  }
  return "none";
}

std::string_view class_of(Delivery delivery) {
  switch (mark_of(delivery)) {
    case Mark::good:
      return "good";
    case Mark::fair:
      return "note";
    case Mark::weak:
      return "warn";
    case Mark::bad:
      return "bad";
    case Mark::unknown:
      return "none";
  }
  return "none";
}

// For a narrow column.
std::string_view short_words_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::encrypted:
      return "authenticated";
    case Delivery::unauthenticated:
      return "encrypted";
    case Delivery::cleartext:
      return "in clear";
    case Delivery::deferred:
      return "held back";
    case Delivery::bounced:
      return "refused";
    case Delivery::unknown:
      return "not known";
  }
  return "";
}

std::string tag(std::string_view kind, std::string_view words) {
  return fmt::format("<span class=\"tag {}\">{}</span>", kind, markup(words));
}

std::string senders_table(const CheckVerdict& verdict) {
  if (verdict.senders.empty()) return {};
  std::string rows;
  for (const auto& sender : verdict.senders) {
    const auto who =
        sender.sender == Sender::plain ? "neither: any TLS will do" : words_of(sender.sender);
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", markup(who),
                        tag(class_of(sender.delivery), words_of(sender.delivery)),
                        markup(describe_reason(sender.reason)));
  }
  return fmt::format(
      "<h3>What becomes of mail to the domain</h3>\n<div class=\"scroll\"><table>\n<thead><tr>"
      "<th scope=\"col\">Senders that follow</th><th scope=\"col\">Their mail is</th>"
      "<th scope=\"col\">Because</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
      rows);
}

std::string address_row(const AddressSummary& address, WallTime now) {
  const auto certificate = describe_certificate(address, now);
  const bool good = address.chain == ChainStatus::ok && address.named;
  auto cells = fmt::format("<td class=\"name num\">{}</td><td>{}</td><td>{}</td>",
                           markup(address.address), markup(address.state),
                           address.ends ? tag(good ? "good" : "bad", certificate) : "");
  for (const auto delivery : address.outlook)
    cells += fmt::format("<td>{}</td>", tag(class_of(delivery), short_words_of(delivery)));
  return fmt::format("<tr>{}</tr>\n", cells);
}

std::string host_rows(const HostSummary& host, WallTime now) {
  std::string policy;
  if (host.listed == Listed::yes) policy = tag("good", "in the policy");
  if (host.listed == Listed::no) policy = tag("warn", "not in the policy");
  if (host.dane != DaneState::none)
    policy += ' ' + tag(host.dane == DaneState::usable ? "good" : "warn",
                        fmt::format("DANE {}", name_of(host.dane)));
  auto rows =
      fmt::format("<tr class=\"host\"><th scope=\"rowgroup\" colspan=\"7\">{} {} {}</th></tr>\n",
                  host.preference, markup(host.name.empty() ? "." : host.name), policy);
  for (const auto& address : host.addresses) rows += address_row(address, now);
  if (host.not_probed > 0)
    rows += fmt::format("<tr><td class=\"name\" colspan=\"7\">and {} more</td></tr>\n",
                        host.not_probed);
  return rows;
}

std::string hosts_table(const DomainReport& report) {
  if (report.hosts.empty()) return {};
  std::string rows;
  for (const auto& host : report.hosts)
    rows += fmt::format("<tbody>\n{}</tbody>\n", host_rows(host, report.started));
  return fmt::format(
      "<h3>MX hosts</h3>\n<div class=\"scroll\"><table>\n"
      "<caption>The last four columns: mail from senders that follow neither MTA-STS nor DANE, "
      "one of them, or both.</caption>\n"
      "<thead><tr><th scope=\"col\">Host, address</th><th scope=\"col\">TLS</th>"
      "<th scope=\"col\">Certificate</th><th scope=\"col\">Neither</th>"
      "<th scope=\"col\">MTA-STS</th><th scope=\"col\">DANE</th><th scope=\"col\">Both</th></tr>"
      "</thead>\n{}</table></div>\n{}",
      rows,
      report.not_probed > 0
          ? fmt::format("<p class=\"small\">and {} more hosts</p>\n", report.not_probed)
          : "");
}

std::string finding_html(FindingGroup group) {
  const auto& first = group.front();
  const auto& kind = *first.kind;
  std::string seen;
  for (const auto& finding : group) {
    seen += fmt::format("<li><code>{}</code>{}{}</li>", markup(finding.object),
                        finding.evidence.empty() ? "" : " ", markup(finding.evidence));
  }
  std::string fixes;
  for (const auto& fix : fixes_of(group)) fixes += fmt::format("<pre>{}</pre>", markup(fix));
  return fmt::format(
      "<details{}><summary>{}<h4>{}</h4><span class=\"id mono\">{}</span></summary>\n"
      "<div class=\"body\"><ul>{}</ul><p>{}</p><p><b>Fix:</b> {}</p>{}"
      "<p class=\"small\">Concerns {}.{}{}</p></div></details>\n",
      first.severity >= Severity::warning ? " open" : "",
      tag(class_of(first.severity), name_of(first.severity)), markup(kind.title), markup(kind.id),
      seen, markup(kind.effect), markup(kind.fix), fixes, words_of(kind.affected),
      kind.reference.empty() ? "" : " ", markup(kind.reference));
}

std::string findings_html(const DomainReport& report) {
  std::string all;
  for (const auto group : groups_of(report.findings)) all += finding_html(group);
  if (report.left_out > 0)
    all +=
        fmt::format("<p class=\"small\">{} further findings are left out.</p>\n", report.left_out);
  return fmt::format("<h3>Findings: {}</h3>\n{}", markup(describe_counts(report)), all);
}

std::string profile_html(const DomainReport& report) {
  if (!report.profile) return {};
  const auto& outlook = *report.profile;
  auto text =
      fmt::format("<h3>{}</h3>\n<p>First message: {} Later: {}</p>\n", markup(outlook.title),
                  tag(class_of(outlook.first), words_of(outlook.first)),
                  tag(class_of(outlook.later), words_of(outlook.later)));
  for (const auto note : outlook.notes) text += fmt::format("<p>{}</p>\n", markup(note));
  return text;
}

std::string fact(std::string_view name, std::string_view text) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, markup(text));
}

std::string domain_html(const DomainReport& report) {
  const auto kind = class_of(report.outcome);
  return fmt::format(
      "<section class=\"domain\" id=\"{0}\">\n<div class=\"card lead {1}\">\n"
      "<h2 class=\"domain\">{0}</h2>{2}<span class=\"counts\">{9}</span>\n<p "
      "class=\"answer\">{3}</p>\n<dl class=\"facts\">\n{4}"
      "</dl>\n{5}{6}</div>\n<div class=\"card\">\n{7}</div>\n<div class=\"card\">\n{8}</div>\n"
      "</section>\n",
      markup(report.domain), kind, tag(kind, words_of(report.outcome)),
      markup(describe_answer(report)),
      fact("MTA-STS", describe_policy(report)) + fact("DANE", describe_dane(report)) +
          fact("TLS reports", describe_reports(report)) + fact("Checked", describe_check(report)),
      senders_table(report.verdict), profile_html(report),
      report.hosts.empty() ? "<h3>MX hosts</h3>\n<p>None were found.</p>\n" : hosts_table(report),
      findings_html(report), report.outcome == CheckOutcome::good ? "" : describe_counts(report));
}

// Of several domains: one line each, with a link.
std::string overview_html(const std::vector<DomainReport>& reports) {
  if (reports.size() < 2) return {};
  std::string rows;
  for (const auto& report : reports) {
    rows += fmt::format(
        "<tr><th scope=\"row\"><a href=\"#{0}\">{0}</a></th><td>{1}</td><td>{2}</td></tr>\n",
        markup(report.domain), tag(class_of(report.outcome), words_of(report.outcome)),
        markup(describe_counts(report)));
  }
  return fmt::format(
      "<nav class=\"card\" aria-label=\"Domains\"><div class=\"scroll\"><table>\n<thead><tr>"
      "<th scope=\"col\">Domain</th><th scope=\"col\">Outcome</th><th scope=\"col\">Findings</th>"
      "</tr></thead>\n<tbody>\n{}</tbody></table></div></nav>\n",
      rows);
}

}  // namespace

std::string format_check_html(const std::vector<DomainReport>& reports) {
  const auto title = reports.size() == 1
                         ? fmt::format("Mail transport security of {}", reports.front().domain)
                         : fmt::format("Mail transport security of {} domains", reports.size());
  std::string sections;
  for (const auto& report : reports) sections += domain_html(report);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#report\">To the report</a>\n"
      "<header class=\"top\"><h1><b>{0}</b></h1><span>strictmx check</span></header>\n"
      "<main id=\"report\">\n{2}{3}</main>\n<footer>Made by strictmx {4}, as seen from one place "
      "at "
      "one time. <code>strictmx check --explain ID</code> tells more about a finding.</footer>\n"
      "</body>\n</html>\n",
      markup(title), check_html_style(), overview_html(reports), sections, kVersion);
}

}  // namespace strictmx
