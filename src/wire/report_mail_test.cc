#include "wire/report_mail.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "wire/gzip.h"
#include "wire/mail_date.h"
#include "wire/report_input.h"
#include "wire/report_mail_reader.h"

using namespace strictmx;

namespace {

constexpr std::size_t kMailLimit = 1 << 20;

ReportMail sample(std::string_view gzipped) {
  return {.from = *MailAddress::parse("tlsrpt@sender.example"),
          .to = *MailAddress::parse("reports@example.net"),
          .domain = *Domain::parse("example.net"),
          .report_id = "20261124.1.example.net@sender.example",
          .begin = *parse_utc("2026-11-24T00:00:00Z"),
          .end = *parse_utc("2026-11-24T23:59:59Z"),
          .date = *parse_utc("2026-11-25T03:04:05Z"),
          .message_id = "20261124.1.1.example.net@sender.example",
          .file_name = report_file_name(
              *Domain::parse("sender.example"), *Domain::parse("example.net"),
              *parse_utc("2026-11-24T00:00:00Z"), *parse_utc("2026-11-24T23:59:59Z"), "1"),
          .gzipped_json = gzipped};
}

}  // namespace

TEST_CASE("dates of mails (RFC 5322 §3.3)") {
  CHECK(format_mail_date(*parse_utc("2026-11-24T20:56:07Z")) == "Tue, 24 Nov 2026 20:56:07 +0000");
  CHECK(format_mail_date(*parse_utc("1970-01-01T00:00:00Z")) == "Thu, 01 Jan 1970 00:00:00 +0000");
  CHECK(format_mail_date(*parse_utc("2028-02-29T09:00:00Z")) == "Tue, 29 Feb 2028 09:00:00 +0000");
}

TEST_CASE("the head of a report mail (RPT-T04, RPT-T05, RPT-T06, RPT-T08, RPT-T14, RPT-T15)") {
  const auto mail = format_report_mail(sample("x"));
  CHECK(mail.substr(0, mail.find("\r\n\r\n")) ==
        "Date: Wed, 25 Nov 2026 03:04:05 +0000\r\n"
        "From: tlsrpt@sender.example\r\n"
        "To: reports@example.net\r\n"
        "Subject: Report Domain: example.net\r\n"
        " Submitter: sender.example\r\n"
        " Report-ID: <20261124.1.example.net@sender.example>\r\n"
        "Message-ID: <20261124.1.1.example.net@sender.example>\r\n"
        "TLS-Report-Domain: example.net\r\n"
        "TLS-Report-Submitter: sender.example\r\n"
        "TLS-Required: No\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n"
        " boundary=\"=_strictmx_tlsrpt_part\"");
  CHECK(mail.find("\r\nContent-Type: application/tlsrpt+gzip\r\n"
                  "Content-Transfer-Encoding: base64\r\n"
                  "Content-Disposition: attachment;\r\n"
                  " filename=\"sender.example!example.net!1795478400!1795564799!1.json.gz\"\r\n"
                  "\r\neA==\r\n") != std::string::npos);
  CHECK(mail == format_report_mail(sample("x")));
}

TEST_CASE("lines end with CRLF and are short (RFC 5322 §2.1.1)") {
  const auto mail = format_report_mail(sample(std::string(5000, '\xff')));
  for (const auto line : split(mail, '\n')) {
    if (line.empty()) continue;
    CHECK(line.ends_with('\r'));
    CHECK(line.find('\r') == line.size() - 1);
    CHECK(line.size() <= 79);
  }
  CHECK(std::ranges::all_of(mail, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_CASE("what is mailed is found again, without a remark") {
  const std::string json = "{\"a\":1}";
  const auto mail = format_report_mail(sample(*gzip(json)));
  const auto input = open_report(mail, kMailLimit);
  REQUIRE(input.has_value());
  CHECK(input->json == json);
  CHECK(input->context.policy_domain == "example.net");
  CHECK(input->context.submitter == "sender.example");
  CHECK(input->remarks.empty());
  const auto found = find_mailed_report(mail);
  CHECK(found->from == "tlsrpt@sender.example");
  CHECK(found->subject.starts_with("Report Domain: example.net Submitter: sender.example "));
  CHECK(found->attachments.at(0).file_name ==
        "sender.example!example.net!1795478400!1795564799!1.json.gz");
}
