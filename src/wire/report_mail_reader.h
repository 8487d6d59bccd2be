// wire/report_mail_reader.h: finds the report in a mail, also in mails that are not built as
// RFC 8460 §5.3 says. Uses GMime, seen by this file alone. Pure.
// Limits: 200 parts, 8 levels of nesting; the caller bounds the mail.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strictmx {

struct ReportAttachment {
  std::string content;     // decoded, still compressed as it was
  std::string media_type;  // lower case: "application/tlsrpt+gzip"
  std::string file_name;   // RFC 2231 and RFC 2047 resolved; remote text, may be empty
};

struct FoundReportMail {
  std::vector<ReportAttachment> attachments;  // the likeliest first
  std::string report_domain;                  // TLS-Report-Domain, empty when absent
  std::string report_submitter;               // TLS-Report-Submitter
  std::string subject;
  std::string from;        // addr-spec of the first mailbox
  std::string media_type;  // of the whole mail
  std::string report_type;
};

// Errors: Errc::syntax (no mail), Errc::not_found (no part that could be a report),
// Errc::too_large.
Result<FoundReportMail> find_mailed_report(std::string_view mail);

}  // namespace strictmx
