// cmd/check/test_check_report.h: reports for the tests of the forms of output: an ordinary one and
// one whose every remote text attacks its reader.
#pragma once
#include <string>
#include <utility>

#include "cmd/check/check_report.h"

namespace strictmx {

inline const WallTime kReportTime = *parse_utc("2026-11-26T19:00:00Z");

inline const FindingKind kExpiredKind{"mx-cert-expired",
                                      {Severity::critical, Severity::warning, Severity::notice},
                                      Affected::sts_senders,
                                      "RFC 8461 §4.2",
                                      "The certificate of an MX host has expired",
                                      "Senders that enforce the policy hold mail to this host.",
                                      "Renew the certificate, then reload the mail server."};
inline const FindingKind kTestingKind{"sts-mode-testing",
                                      Severity::info,
                                      Affected::owner,
                                      "RFC 8461 §5",
                                      "The policy is only tested",
                                      "Nothing is enforced.",
                                      "Change the mode to enforce."};

inline AddressSummary report_address(std::string address, Delivery strict) {
  AddressSummary summary;
  summary.address = std::move(address);
  summary.state = "TLSv1.3";
  summary.tls = TlsVersion::tls13;
  summary.cipher = "TLS_AES_256_GCM_SHA384";
  summary.chain = strict == Delivery::encrypted ? ChainStatus::ok : ChainStatus::expired;
  summary.named = true;
  summary.ends = kReportTime + Seconds{86400 * (strict == Delivery::encrypted ? 61 : -3)};
  summary.outlook = {Delivery::unauthenticated, strict, Delivery::unauthenticated, strict};
  return summary;
}

inline CheckVerdict report_verdict(Delivery strict, std::string reason) {
  CheckVerdict verdict;
  verdict.summary = "Senders that follow MTA-STS: " + reason;
  for (const auto sender : {Sender::plain, Sender::sts, Sender::dane, Sender::strict}) {
    const bool follows = sender == Sender::sts || sender == Sender::strict;
    verdict.senders.push_back(
        {sender, follows ? strict : Delivery::unauthenticated, follows ? reason : "", {}});
  }
  return verdict;
}

// One MX host with two addresses and an enforce policy.
inline DomainReport good_report(std::string domain = "good.example") {
  DomainReport report;
  report.domain = std::move(domain);
  report.started = kReportTime;
  report.took = Millis{412};
  report.policy = {.mode = PublishedMode::enforce,
                   .id = "20261101",
                   .record = true,
                   .max_age = Seconds{1209600},
                   .mx = {"mx1.example"},
                   .fetched = true,
                   .fetch = FetchStatus::ok,
                   .planned = false};
  report.report_targets = {"mailto:tls@example.com"};
  report.hosts = {{10,
                   "mx1.example",
                   Listed::yes,
                   DaneState::none,
                   {report_address("192.0.2.1", Delivery::encrypted),
                    report_address("2001:db8::1", Delivery::encrypted)},
                   0}};
  report.verdict = report_verdict(Delivery::encrypted, "");
  report.verdict.summary = "Mail arrives encrypted.";
  report.outcome = CheckOutcome::good;
  return report;
}

inline DomainReport broken_report(std::string domain = "broken.example") {
  auto report = good_report(std::move(domain));
  report.verdict = report_verdict(Delivery::deferred, "the certificate has expired");
  report.hosts[0].addresses = {report_address("192.0.2.1", Delivery::deferred)};
  report.findings = {
      {&kExpiredKind, Severity::critical, "mx1.example [192.0.2.1]", "ended 2026-11-23", ""},
      {&kExpiredKind, Severity::critical, "mx2.example [192.0.2.2]", "ended 2026-11-24",
       "certbot renew\npostfix reload"},
      {&kTestingKind, Severity::info, "broken.example", "", ""}};
  report.outcome = CheckOutcome::broken;
  return report;
}

// Ends elements, attributes, strings and lines, and drives terminals.
inline const std::string kAttack =
    "\x1b[31m\r\n\"'><script>&amp;]]>\x07\x7f\xe2\x80\xae\xff\xc2\x9b"
    "1m\\";

inline DomainReport hostile_report() {
  auto report = broken_report("hostile.example");
  report.policy.id = kAttack;
  report.policy.mx = {kAttack};
  report.report_targets = {kAttack};
  report.hosts[0].name = kAttack;
  report.hosts[0].addresses[0].address = kAttack;
  report.hosts[0].addresses[0].state = kAttack;
  report.hosts[0].addresses[0].cipher = kAttack;
  report.verdict = report_verdict(Delivery::deferred, kAttack);
  report.verdict.summary = kAttack;
  report.why_unknown = kAttack;
  for (auto& finding : report.findings) finding.object = finding.evidence = finding.fix = kAttack;
  return report;
}

}  // namespace strictmx
