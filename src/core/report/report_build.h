// core/report/report_build.h: the sums of a day become reports (RFC 8460 §4). Pure.
// Limits: 4 MiB of JSON a report, near enough; what is more goes into further reports of the same
// day, with numbers of their own. Sums over all of them are exact.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/report/mail_address.h"
#include "core/report/report.h"
#include "core/tls_result.h"

namespace strictmx {

constexpr std::size_t kMaxReportBytes = 4 << 20;  // RFC 8460 §5.2: receivers take 10 MB of mail

// Who reports (RFC 8460 §4.4). The domain of the contact is the submitter.
struct Reporter {
  std::string organization;
  MailAddress contact;
};

// "20261124.1.example.net@sender.example": unique, and fit for header fields as it is
// (RFC 5322 §3.6.4). `number` counts the reports of one domain on one day, from 1.
std::string format_report_id(Day day, unsigned number, const Domain& domain,
                             const Domain& submitter);

// None when there was no session (RFC 8460 §4.2). `first_number` is that of the first report.
std::vector<Report> build_reports(const DomainResults& results, const Reporter& who,
                                  unsigned first_number, std::size_t max_bytes = kMaxReportBytes);

// Sessions under the policy that saw the most: a session may appear under several.
std::uint64_t count_sessions(const DomainResults& results);

}  // namespace strictmx
