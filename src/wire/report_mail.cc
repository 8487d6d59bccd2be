#include "wire/report_mail.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "wire/mail_date.h"

namespace strictmx {

namespace {

// A line that only this software would write; base64 has no "_".
constexpr std::string_view kBoundary = "=_strictmx_tlsrpt_part";

std::string format_text(const ReportMail& mail) {
  return fmt::format(
      "This is an aggregate TLS report (RFC 8460) about mail that was sent to\r\n"
      "{}\r\n"
      "between {} and {}.\r\n"
      "\r\n"
      "Submitter: {}\r\n"
      "Contact: {}\r\n"
      "Report-ID: {}\r\n"
      "\r\n"
      "The report is attached: JSON, compressed with gzip. It was made by a machine.\r\n",
      mail.domain.text(), format_utc(mail.begin), format_utc(mail.end), mail.from.domain().text(),
      mail.from.text(), mail.report_id);
}

std::string format_head(const ReportMail& mail) {
  const auto& submitter = mail.from.domain().text();
  return fmt::format(
      "Date: {}\r\n"
      "From: {}\r\n"
      "To: {}\r\n"
      "Subject: Report Domain: {}\r\n"  // RFC 8460 §5.3, RPT-T08
      " Submitter: {}\r\n"
      " Report-ID: <{}>\r\n"
      "Message-ID: <{}>\r\n"
      "TLS-Report-Domain: {}\r\n"     // RFC 8460 §5.3, RPT-T06
      "TLS-Report-Submitter: {}\r\n"  // RFC 8460 §5.3, RPT-T06
      "TLS-Required: No\r\n"          // RFC 8689 §3, RPT-T14: whatever is wrong with their TLS
      "Auto-Submitted: auto-generated\r\n"  // RFC 3834 §5, RPT-T15
      "MIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"  // RFC 8460 §5.3, RPT-T05
      " boundary=\"{}\"\r\n",
      format_mail_date(mail.date), mail.from.text(), mail.to.text(), mail.domain.text(), submitter,
      mail.report_id, mail.message_id, mail.domain.text(), submitter, kBoundary);
}

}  // namespace

std::string format_report_mail(const ReportMail& mail) {
  auto text = format_head(mail);
  text += fmt::format(
      "\r\n--{}\r\n"
      "Content-Type: text/plain; charset=us-ascii\r\n"
      "\r\n",
      kBoundary);
  text += format_text(mail);
  text += fmt::format(
      "\r\n--{}\r\n"
      "Content-Type: application/tlsrpt+gzip\r\n"
      "Content-Transfer-Encoding: base64\r\n"
      "Content-Disposition: attachment;\r\n"
      " filename=\"{}\"\r\n"
      "\r\n",
      kBoundary, mail.file_name);
  text += base64_lines(mail.gzipped_json);
  text += fmt::format("\r\n--{}--\r\n", kBoundary);
  return text;
}

std::string report_file_name(const Domain& submitter, const Domain& domain, WallTime begin,
                             WallTime end, std::string_view unique) {
  return fmt::format("{}!{}!{}!{}!{}.json.gz", submitter.text(), domain.text(),
                     begin.time_since_epoch().count(), end.time_since_epoch().count(), unique);
}

}  // namespace strictmx
