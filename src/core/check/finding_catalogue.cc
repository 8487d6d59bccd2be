#include "core/check/finding_catalogue.h"

namespace strictmx {

std::vector<FindingKind> join_kinds(std::initializer_list<std::span<const FindingKind>> lists) {
  std::vector<FindingKind> all;
  for (const auto kinds : lists) all.insert(all.end(), kinds.begin(), kinds.end());
  return all;
}

std::vector<FindingKind> join_catalogue() {
  return join_kinds({mail_host_kinds(), sts_record_kinds(), policy_host_kinds(), policy_tls_kinds(),
                     policy_http_kinds(), policy_text_kinds(), policy_reality_kinds(), smtp_kinds(),
                     tls_kinds(), mx_certificate_kinds(), dane_kinds(), report_kinds()});
}

}  // namespace strictmx
