#include "core/check/finding_catalogue.h"

namespace strictmx {

std::vector<FindingKind> join_catalogue() {
  std::vector<FindingKind> all;
  for (const auto kinds :
       {mail_host_kinds(), sts_record_kinds(), policy_host_kinds(), policy_tls_kinds(),
        policy_http_kinds(), policy_text_kinds(), policy_reality_kinds(), smtp_kinds(), tls_kinds(),
        mx_certificate_kinds(), dane_kinds(), report_kinds()}) {
    all.insert(all.end(), kinds.begin(), kinds.end());
  }
  return all;
}

}  // namespace strictmx
