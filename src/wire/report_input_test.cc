#include "wire/report_input.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/text.h"
#include "wire/gzip.h"

using namespace strictmx;

namespace {

constexpr std::size_t kInputLimit = 100000;
const std::string kJson = R"({"report-id":"1"})";

std::string json_of(std::string_view octets) {
  const auto input = open_report(octets, kInputLimit);
  return input ? input->json : std::string(name_of(input.error().code));
}

std::string remarks_of(std::string_view octets) {
  const auto input = open_report(octets, kInputLimit);
  return input ? join(input->remarks, "; ") : input.error().detail;
}

// A mail whose only or second part is the report.
std::string mail(const std::string& type, const std::string& part_head, const std::string& body) {
  return "From: Reports <noreply@sender.example>\nSubject: x\nMIME-Version: 1.0\n"
         "Content-Type: " +
         type + "; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>\n--b\n" + part_head + "\n\n" +
         body + "\n--b--\n";
}

}  // namespace

TEST_CASE("bare reports: JSON, gzip, gzip of gzip, ZIP") {
  const auto packed = *gzip(kJson);
  CHECK(json_of(kJson) == kJson);
  CHECK(json_of(" \r\n" + kJson) == " \r\n" + kJson);
  CHECK(json_of("\xef\xbb\xbf" + kJson) == "\xef\xbb\xbf" + kJson);
  CHECK(json_of(packed) == kJson);
  CHECK(remarks_of(packed).empty());
  CHECK(json_of(*gzip(packed)) == kJson);
  CHECK(remarks_of(*gzip(packed)) == "compressed twice");
  CHECK(json_of(*gzip(*gzip(packed))) == "unsupported");
  CHECK(json_of(packed.substr(0, 15)) == "syntax");
  CHECK(json_of(*gzip(std::string(kInputLimit + 1, ' '))) == "too_large");
  CHECK(json_of("") == "syntax");
  CHECK(json_of("hello") == "syntax");
}

TEST_CASE("mails as reporters send them") {
  const auto packed = base64_lines(*gzip(kJson));
  const std::string base64_head = "\nContent-Transfer-Encoding: base64";
  struct Row {
    std::string mail;
    const char* remarks;
  };
  const char* const no_fields =
      "no header field TLS-Report-Domain; no header field TLS-Report-Submitter";
  const std::string fields =
      "TLS-Report-Domain: Example.NET\nTLS-Report-Submitter: sender.example\n";
  const std::string gzip_type = "Content-Type: application/tlsrpt+gzip";
  const Row rows[] = {
      {fields + mail("multipart/report; report-type=tlsrpt", gzip_type + base64_head, packed), ""},
      {fields + mail("multipart/report; report-type=TLSRPT", gzip_type + base64_head, packed), ""},
      {fields + mail("multipart/report; report-type=tlsrpt",
                     "Content-Type: application/tlsrpt+json", kJson),
       ""},
      {fields + mail("multipart/report", gzip_type + base64_head, packed),
       "the mail's report-type is not tlsrpt"},
      {fields + mail("multipart/mixed", gzip_type + base64_head, packed),
       "the mail is multipart/mixed instead of multipart/report"},
      {fields + mail("multipart/report; report-type=tlsrpt", gzip_type, kJson),
       "the report is application/tlsrpt+gzip instead of application/tlsrpt+json"},
      {fields + mail("multipart/report; report-type=tlsrpt",
                     "Content-Type: application/octet-stream" + base64_head, packed),
       "the report is application/octet-stream instead of application/tlsrpt+gzip"},
      {mail("multipart/report; report-type=tlsrpt", gzip_type + base64_head, packed), no_fields},
  };
  for (const auto& row : rows) {
    CAPTURE(row.mail);
    CHECK(json_of(row.mail).find(kJson) != std::string::npos);
    CHECK(remarks_of(row.mail) == row.remarks);
  }
}

TEST_CASE("the report as the only body, in an attached mail, in a mailbox, in a packed mail") {
  const auto body = base64_lines(*gzip(kJson));
  const std::string head =
      "From: a@b.example\nContent-Type: application/gzip\n"
      "Content-Transfer-Encoding: base64\n\n";
  CHECK(json_of(head + body) == kJson);
  CHECK(json_of("From: x@y.example\nContent-Type: message/rfc822\n\n" + head + body) == kJson);
  CHECK(json_of("From a@b Tue Nov 24 00:00:00 2026\n" + head + body) == kJson);
  CHECK(json_of(*gzip(head + body)) == kJson);
}

TEST_CASE("the file name helps when the header fields do not (RFC 8460 §5.1)") {
  const auto with = [](const std::string& name) {
    return open_report(mail("multipart/report; report-type=tlsrpt",
                            "Content-Type: application/tlsrpt+gzip; name=\"" + name +
                                "\"\n"
                                "Content-Transfer-Encoding: base64",
                            base64_lines(*gzip(kJson))),
                       kInputLimit)
        ->context;
  };
  CHECK(with("sender.example!Example.net!1!2!001.json.gz").policy_domain == "example.net");
  CHECK(with("sender.example!example.net!1!2!001.json.gz").submitter == "sender.example");
  CHECK(with("report.json.gz").policy_domain.empty());
  CHECK(with("a b!c d!1!2").policy_domain.empty());
}

TEST_CASE("of several parts the one that says so is taken") {
  const auto other = base64_lines(*gzip("{\"other\":1}"));
  const auto text =
      mail("multipart/mixed", "Content-Type: application/gzip\nContent-Transfer-Encoding: base64",
           other +
               "--b\nContent-Type: application/tlsrpt+gzip\n"
               "Content-Transfer-Encoding: base64\n\n" +
               base64_lines(*gzip(kJson)));
  CHECK(json_of(text) == kJson);
}
