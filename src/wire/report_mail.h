// wire/report_mail.h: a report as a mail (RFC 8460 §5.3): multipart/report with a text for people
// and the compressed JSON. The same values give the same octets, so that what is sent again can be
// recognised. Lines end with CRLF and have at most 998 octets (RFC 5322 §2.1.1).
// Not here: the DKIM signature (tls/dkim), reading one (wire/report_mail_reader).
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/domain.h"
#include "core/report/mail_address.h"

namespace strictmx {

struct ReportMail {
  MailAddress from;  // its domain is the submitter (RFC 8460 §5.3)
  MailAddress to;
  Domain domain;          // the reported one
  std::string report_id;  // "left@right", two dot-atoms (RFC 5322 §3.6.4)
  WallTime begin;         // of the report's range
  WallTime end;
  WallTime date;
  std::string message_id;         // as report_id
  std::string file_name;          // of report_file_name()
  std::string_view gzipped_json;  // must outlive the call
};

std::string format_report_mail(const ReportMail& mail);

// RFC 8460 §5.1: "submitter!domain!begin!end!unique.json.gz", times in seconds since 1970.
// `unique`: letters and digits.
std::string report_file_name(const Domain& submitter, const Domain& domain, WallTime begin,
                             WallTime end, std::string_view unique);

}  // namespace strictmx
