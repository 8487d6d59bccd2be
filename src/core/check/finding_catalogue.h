// core/check/finding_catalogue.h: every kind of finding of strictmx check, section by section: one
// function, and one file, for each function of core/check/check_rules. Ids are stable for ever: a
// row may be reworded, never renamed. Pure data. Limits: a title has 80 characters, effect and fix
// 400 each (held by the test).
#pragma once
#include <initializer_list>
#include <span>
#include <vector>

#include "core/check/finding.h"

namespace strictmx {

// Senders that enforce MTA-STS cannot deliver; without a policy hardly anybody looks.
constexpr SeverityByMode kBlocksEnforcers{Severity::critical, Severity::warning, Severity::notice};

std::span<const FindingKind> mail_host_kinds();       // mx-*
std::span<const FindingKind> sts_record_kinds();      // sts-txt-*
std::span<const FindingKind> policy_host_kinds();     // sts-host-*
std::span<const FindingKind> policy_tls_kinds();      // sts-tls-*, sts-cert-*, sts-caa-*
std::span<const FindingKind> policy_http_kinds();     // sts-http-*
std::span<const FindingKind> policy_text_kinds();     // sts-pol-*
std::span<const FindingKind> policy_reality_kinds();  // sts-mode-*, sts-mx-*, sts-id-*
std::span<const FindingKind> smtp_kinds();            // net-*, smtp-*
std::span<const FindingKind> tls_kinds();             // tls-*, mx-addresses-differ
std::span<const FindingKind> mx_certificate_kinds();  // mx-cert-*
std::span<const FindingKind> dane_kinds();            // dnssec-*, dane-*
std::span<const FindingKind> report_kinds();          // rpt-*

// All of them in this order.
std::vector<FindingKind> join_catalogue();

// One list of several, in their order.
std::vector<FindingKind> join_kinds(std::initializer_list<std::span<const FindingKind>> lists);

}  // namespace strictmx
