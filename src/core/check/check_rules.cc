#include "core/check/check_rules.h"

namespace strictmx {

Findings check_everything(const CheckView& view) {
  Findings findings(view.mode);
  for (const auto rule : {check_mail_hosts, check_sts_record, check_policy_host, check_policy_tls,
                          check_policy_http, check_policy_text, check_policy_reality, check_smtp,
                          check_tls, check_mx_certificates, check_dane, check_reports}) {
    rule(view, findings);
  }
  return findings;
}

}  // namespace strictmx
