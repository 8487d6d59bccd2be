// core/check/check_rules.h: every rule of strictmx check, by what it looks at. A rule is a function
// of the facts alone; it adds nothing where the facts say "not looked at". Pure.
#pragma once
#include "core/check/check_view.h"
#include "core/check/finding.h"

namespace strictmx {

void check_mail_hosts(const CheckView& view, Findings& findings);   // mx-*
void check_sts_record(const CheckView& view, Findings& findings);   // sts-txt-*
void check_policy_host(const CheckView& view, Findings& findings);  // sts-host-*
void check_policy_tls(const CheckView& view,
                      Findings& findings);  // sts-tls-*, sts-cert-*, sts-caa-*
void check_policy_http(const CheckView& view, Findings& findings);  // sts-http-*
void check_policy_text(const CheckView& view, Findings& findings);  // sts-pol-*
void check_policy_reality(const CheckView& view,
                          Findings& findings);               // sts-mode-*, sts-mx-*, sts-id-*
void check_smtp(const CheckView& view, Findings& findings);  // net-*, smtp-*
void check_tls(const CheckView& view, Findings& findings);   // tls-*, mx-addresses-differ
void check_mx_certificates(const CheckView& view, Findings& findings);  // mx-cert-*
void check_dane(const CheckView& view, Findings& findings);             // dnssec-*, dane-*
void check_reports(const CheckView& view, Findings& findings);          // rpt-*

// All of them.
Findings check_everything(const CheckView& view);

}  // namespace strictmx
