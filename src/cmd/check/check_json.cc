#include "cmd/check/check_json.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "cmd/check/check_words.h"
#include "cmd/version.h"

namespace strictmx {
namespace {

Json number(std::size_t value) { return Json(static_cast<std::int64_t>(value)); }

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json policy_json(const PolicySummary& policy) {
  return Json::Object{
      {"mode", name_of(policy.mode)},
      {"id", policy.record ? Json(policy.id) : Json()},
      {"max_age", policy.max_age ? Json(std::int64_t{policy.max_age->count()}) : Json()},
      {"mx", Json::strings(policy.mx)},
      {"fetch", policy.fetched ? Json(name_of(policy.fetch)) : Json()},
      {"planned", policy.planned}};
}

Json by_sender(const AddressSummary& address) {
  Json::Object object;
  for (std::size_t i = 0; i < kSenders; ++i) {
    object.emplace_back(std::string(name_of(static_cast<Sender>(i))),
                        Json(name_of(address.outlook[i])));
  }
  return object;
}

Json certificate_json(const AddressSummary& address) {
  if (!address.ends) return {};
  return Json::Object{{"chain", name_of(address.chain)},
                      {"names_host", address.named},
                      {"not_after", format_utc(*address.ends)}};
}

Json address_json(const AddressSummary& address) {
  return Json::Object{{"address", address.address},
                      {"state", address.state},
                      {"tls", address.tls ? Json(name_of(*address.tls)) : Json()},
                      {"cipher", text_or_null(address.cipher)},
                      {"certificate", certificate_json(address)},
                      {"delivery", by_sender(address)}};
}

Json host_json(const HostSummary& host) {
  Json::Array addresses;
  for (const auto& address : host.addresses) addresses.push_back(address_json(address));
  return Json::Object{
      {"host", host.name},
      {"preference", static_cast<int>(host.preference)},
      {"in_policy", host.listed == Listed::no_policy ? Json() : Json(host.listed == Listed::yes)},
      {"dane", name_of(host.dane)},
      {"addresses", std::move(addresses)},
      {"addresses_left_out", number(host.not_probed)}};
}

Json hosts_json(const DomainReport& report) {
  Json::Array hosts;
  for (const auto& host : report.hosts) hosts.push_back(host_json(host));
  return hosts;
}

Json sender_json(const SenderOutlook& sender) {
  Json::Array hosts;
  for (const auto& host : sender.hosts) {
    hosts.emplace_back(Json::Object{{"host", host.host},
                                    {"delivery", name_of(host.delivery)},
                                    {"reason", text_or_null(host.reason)}});
  }
  return Json::Object{{"sender", name_of(sender.sender)},
                      {"delivery", name_of(sender.delivery)},
                      {"reason", text_or_null(sender.reason)},
                      {"hosts", std::move(hosts)}};
}

Json verdict_json(const CheckVerdict& verdict) {
  Json::Array senders;
  for (const auto& sender : verdict.senders) senders.push_back(sender_json(sender));
  return Json::Object{{"summary", verdict.summary}, {"senders", std::move(senders)}};
}

Json finding_json(const Finding& finding) {
  const auto& kind = *finding.kind;
  return Json::Object{{"id", kind.id},
                      {"severity", name_of(finding.severity)},
                      {"affected", name_of(kind.affected)},
                      {"object", finding.object},
                      {"title", kind.title},
                      {"evidence", text_or_null(finding.evidence)},
                      {"effect", kind.effect},
                      {"fix", kind.fix},
                      {"publish", text_or_null(finding.fix)},
                      {"reference", kind.reference.empty() ? Json() : Json(kind.reference)}};
}

Json counts_json(const DomainReport& report) {
  Json::Object counts;
  for (const auto severity :
       {Severity::critical, Severity::error, Severity::warning, Severity::notice, Severity::info})
    counts.emplace_back(std::string(name_of(severity)), number(report.count(severity)));
  counts.emplace_back("left_out", number(report.left_out));
  return counts;
}

Json profile_json(const std::optional<ProfileOutlook>& profile) {
  if (!profile) return {};
  Json::Array notes;
  for (const auto note : profile->notes) notes.emplace_back(note);
  return Json::Object{{"profile", name_of(profile->profile)},
                      {"title", profile->title},
                      {"first_message", name_of(profile->first)},
                      {"later_messages", name_of(profile->later)},
                      {"notes", std::move(notes)}};
}

Json::Object domain_json(const DomainReport& report) {
  Json::Array findings;
  for (const auto& finding : report.findings) findings.push_back(finding_json(finding));
  return Json::Object{{"domain", report.domain},
                      {"outcome", name_of(report.outcome)},
                      {"why_unknown", text_or_null(report.why_unknown)},
                      {"started", format_utc(report.started)},
                      {"took_ms", static_cast<std::int64_t>(report.took.count())},
                      {"vantage", Json::Object{{"ipv4", report.has_v4},
                                               {"ipv6", report.has_v6},
                                               {"smtp", report.smtp_probed},
                                               {"planned", report.planned}}},
                      {"verdict", verdict_json(report.verdict)},
                      {"policy", policy_json(report.policy)},
                      {"reports_to", Json::strings(report.report_targets)},
                      {"hosts", hosts_json(report)},
                      {"hosts_left_out", number(report.not_probed)},
                      {"counts", counts_json(report)},
                      {"findings", std::move(findings)},
                      {"from", profile_json(report.profile)}};
}

}  // namespace

std::string format_check_json(const std::vector<DomainReport>& reports) {
  Json::Array domains;
  for (const auto& report : reports) domains.emplace_back(domain_json(report));
  const auto outcome = outcome_of(reports);
  return Json(Json::Object{{"version", kCheckReportVersion},
                           {"generator", fmt::format("strictmx {}", kVersion)},
                           {"outcome", name_of(outcome)},
                           {"exit_code", exit_code_of(outcome)},
                           {"domains", std::move(domains)}})
             .dump() +
         '\n';
}

std::string format_check_jsonl(const DomainReport& report) {
  auto object = domain_json(report);
  object.insert(object.begin(), {"version", Json(kCheckReportVersion)});
  return Json(std::move(object)).dump() + '\n';
}

}  // namespace strictmx
