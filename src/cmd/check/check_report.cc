#include "cmd/check/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmd/check/finding_groups.h"
#include "core/check/check_rules.h"

namespace strictmx {
namespace {

constexpr std::string_view kBlocked = "net-port25-blocked";

bool has_answer(const std::optional<DnsMeta>& meta) {
  return meta && (!is_failure(meta->status) || meta->status == DnsStatus::bogus);
}

// The resolver itself answers nothing: not even about the root.
bool is_dns_unreachable(const CheckFacts& facts) {
  const auto& root = facts.vantage.root;
  if (root && !is_failure(root->status)) return false;
  const bool mx = !facts.planned_mx && has_answer(facts.mx.meta);
  const bool sts = !facts.planned_sts_txt && has_answer(facts.sts_txt.meta);
  const bool rpt = !facts.planned_rpt_txt && has_answer(facts.rpt_txt.meta);
  return !mx && !sts && !rpt;
}

bool all_planned(const CheckFacts& facts) {
  return facts.planned_mx && facts.planned_sts_txt && facts.planned_rpt_txt;
}

// Whether an attempt to connect tells anything about the server.
bool tells(ConnectStatus status) {
  switch (status) {
    case ConnectStatus::not_tried:
    case ConnectStatus::no_route:
    case ConnectStatus::not_public:
    case ConnectStatus::local:
      return false;
    case ConnectStatus::connected:
    case ConnectStatus::refused:
    case ConnectStatus::unreachable:
    case ConnectStatus::timeout:
    case ConnectStatus::reset:
      return true;
  }
  return false;
}

// There are addresses, and nothing could be seen of any of them from here.
bool is_smtp_blocked(const CheckFacts& facts, const Findings& findings) {
  if (!facts.vantage.smtp_probed) return false;
  if (findings.has(kBlocked)) return true;
  std::size_t count = 0;
  for (const auto& host : facts.hosts) {
    for (const auto& address : host.addresses) {
      if (tells(address.connect.status)) return false;
      ++count;
    }
  }
  return count > 0;
}

std::string why_unknown(const CheckFacts& facts, const Findings& findings) {
  if (is_dns_unreachable(facts) && !all_planned(facts))
    return "DNS answered nothing, not even about the root: is the resolver reachable?";
  if (is_smtp_blocked(facts, findings))
    return "no MX host could be reached from this machine on the SMTP port";
  return "";
}

std::string state_of(const SmtpAddressFacts& address) {
  const auto& dialogue = address.dialogue;
  const auto& tls = dialogue.tls;
  if (address.connect.status == ConnectStatus::not_tried) return "not tried";
  if (address.connect.status != ConnectStatus::connected)
    return std::string(name_of(address.connect.status));
  if (tls.status == HandshakeStatus::done) return std::string(name_of(tls.version));
  if (dialogue.end == SmtpEnd::no_starttls) return "no STARTTLS";
  if (dialogue.end == SmtpEnd::tls_failed) return "TLS failed";
  if (dialogue.end == SmtpEnd::not_smtp) return "not SMTP";
  if (dialogue.end == SmtpEnd::rejected && dialogue.stage == SmtpStage::starttls)
    return "no STARTTLS";
  return std::string(name_of(dialogue.end));
}

AddressSummary summarize(const SmtpAddressFacts& address, std::string_view host) {
  AddressSummary summary;
  summary.address = address.address.text();
  summary.state = state_of(address);
  const auto& tls = address.dialogue.tls;
  if (tls.status == HandshakeStatus::done) {
    summary.tls = tls.version;
    summary.cipher = tls.cipher;
  }
  summary.chain = tls.chain.status;
  if (const auto* const leaf = tls.chain.leaf(); leaf != nullptr) {
    summary.named = names_host(*leaf, host);
    summary.ends = leaf->not_after;
  }
  return summary;
}

// What the verdict says of each address, for every kind of sender.
void add_outlook(const CheckVerdict& verdict, HostSummary& host) {
  for (const auto& sender : verdict.senders) {
    const auto index = static_cast<std::size_t>(sender.sender);
    const auto found = std::ranges::find(sender.hosts, host.name, &HostOutlook::host);
    if (found == sender.hosts.end() || index >= kSenders) continue;
    const auto count = std::min(found->by_address.size(), host.addresses.size());
    for (std::size_t i = 0; i < count; ++i) host.addresses[i].outlook[index] = found->by_address[i];
  }
}

Listed listed_in(const CheckView& view, const MxHostFacts& host) {
  if (!view.policy || view.mode == PublishedMode::none) return Listed::no_policy;
  return host.host && view.policy->allows(*host.host) ? Listed::yes : Listed::no;
}

HostSummary summarize(const CheckView& view, const CheckVerdict& verdict,
                      const MxHostFacts& facts) {
  HostSummary host;
  host.preference = facts.preference;
  host.name = facts.name;
  host.listed = listed_in(view, facts);
  host.dane = facts.dane.state;
  for (const auto& address : facts.addresses)
    host.addresses.push_back(summarize(address, facts.name));
  const auto known = facts.dns.addresses.size();
  host.not_probed = known > host.addresses.size() ? known - host.addresses.size() : 0;
  add_outlook(verdict, host);
  return host;
}

PolicySummary summarize_policy(const CheckView& view) {
  PolicySummary policy;
  policy.mode = view.mode;
  policy.record = view.record != nullptr;
  if (view.record != nullptr) policy.id = view.record->id;
  if (view.policy) {
    policy.max_age = view.policy->max_age;
    for (const auto& pattern : view.policy->mx) policy.mx.push_back(pattern.text());
  }
  policy.fetched = view.facts.policy_host.fetched;
  policy.fetch = view.facts.policy_host.outcome.status;
  policy.planned = view.facts.planned_sts_txt || view.facts.planned_policy;
  return policy;
}

// Silence that may come from our side of the network alone.
bool is_silence(const Finding& finding) {
  return finding.severity == Severity::warning &&
         (finding.kind->id == "mx-all-unreachable" || finding.kind->id == "smtp-timeout");
}

CheckOutcome outcome_of(const std::vector<Finding>& findings, bool unknown) {
  auto outcome = unknown ? CheckOutcome::unknown : CheckOutcome::good;
  for (const auto& finding : findings) {
    if (finding.severity >= Severity::error) return CheckOutcome::broken;
    if (unknown && is_silence(finding)) continue;
    if (finding.severity == Severity::warning) outcome = CheckOutcome::warnings;
  }
  return outcome;
}

void add_hosts(const CheckView& view, DomainReport& report) {
  for (const auto& host : view.facts.hosts)
    report.hosts.push_back(summarize(view, report.verdict, host));
  const auto known = view.facts.mx.hosts.size();
  report.not_probed = known > report.hosts.size() ? known - report.hosts.size() : 0;
}

}  // namespace

std::string_view name_of(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::good:
      return "good";
    case CheckOutcome::warnings:
      return "warnings";
    case CheckOutcome::broken:
      return "broken";
    case CheckOutcome::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view name_of(Listed listed) {
  switch (listed) {
    case Listed::no_policy:
      return "no_policy";
    case Listed::yes:
      return "yes";
    case Listed::no:
      return "no";
  }
  return "no_policy";
}

int exit_code_of(CheckOutcome outcome) { return static_cast<int>(outcome); }

CheckOutcome worse(CheckOutcome a, CheckOutcome b) {
  for (const auto outcome : {CheckOutcome::broken, CheckOutcome::warnings, CheckOutcome::unknown}) {
    if (a == outcome || b == outcome) return outcome;
  }
  return CheckOutcome::good;
}

CheckOutcome outcome_of(const std::vector<DomainReport>& reports) {
  auto outcome = CheckOutcome::good;
  for (const auto& report : reports) outcome = worse(outcome, report.outcome);
  return outcome;
}

std::size_t DomainReport::count(Severity severity) const {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Finding::severity));
}

const SenderOutlook* DomainReport::sender(Sender sender) const {
  const auto found = std::ranges::find(verdict.senders, sender, &SenderOutlook::sender);
  return found == verdict.senders.end() ? nullptr : &*found;
}

DomainReport make_domain_report(const CheckFacts& facts, std::optional<SenderProfile> from) {
  const CheckView view(facts);
  const auto findings = check_everything(view);
  DomainReport report;
  report.domain = facts.domain.text();
  report.started = facts.started;
  report.took = facts.took;
  report.has_v4 = facts.vantage.has_v4;
  report.has_v6 = facts.vantage.has_v6;
  report.smtp_probed = facts.vantage.smtp_probed;
  report.planned =
      facts.planned_mx || facts.planned_policy || facts.planned_rpt_txt || facts.planned_sts_txt;
  report.policy = summarize_policy(view);
  if (const auto* const record = std::get_if<TlsRptRecord>(&view.rpt); record != nullptr) {
    for (const auto& uri : record->rua) report.report_targets.push_back(uri.text);
  }
  report.verdict = judge(view);
  add_hosts(view, report);
  report.findings = in_groups(findings.sorted());
  report.left_out = findings.left_out();
  report.why_unknown = why_unknown(facts, findings);
  report.outcome = outcome_of(report.findings, !report.why_unknown.empty());
  if (from) report.profile = describe_profile(*from, view, report.verdict);
  return report;
}

}  // namespace strictmx
