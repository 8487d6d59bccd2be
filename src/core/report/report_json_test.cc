#include "core/report/report_json.h"

#include <doctest/doctest.h>

#include "core/report/report_reader.h"

using namespace strictmx;

namespace {

Report sample() {
  Report report;
  report.organization_name = "Sender Example";
  report.begin = *parse_utc("2026-11-24T00:00:00Z");
  report.end = *parse_utc("2026-11-24T23:59:59Z");
  report.contact_info = "tlsrpt@sender.example";
  report.report_id = "20261124.1.example.net@sender.example";
  ReportPolicy sts;
  sts.policy_type = "sts";
  sts.policy_string = {"version: STSv1", "mode: enforce", "mx: mx.example.net", "max_age: 86400"};
  sts.policy_domain = "example.net";
  sts.mx_host = {"mx.example.net"};
  sts.successful_sessions = 5;
  sts.failed_sessions = 2;
  sts.failures = {{"certificate-expired", "192.0.2.1", "mx.example.net", "mx", "198.51.100.9", 2,
                   "", "X509_V_ERR"}};
  ReportPolicy none;
  none.policy_type = "no-policy-found";
  none.policy_domain = "example.net";
  report.policies = {sts, none};
  return report;
}

}  // namespace

TEST_CASE("a report in full, members in the order of RFC 8460 §4.4") {
  CHECK(format_report(sample()) ==
        R"({"organization-name":"Sender Example","date-range":)"
        R"({"start-datetime":"2026-11-24T00:00:00Z","end-datetime":"2026-11-24T23:59:59Z"},)"
        R"("contact-info":"tlsrpt@sender.example",)"
        R"("report-id":"20261124.1.example.net@sender.example","policies":[)"
        R"({"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: enforce",)"
        R"("mx: mx.example.net","max_age: 86400"],"policy-domain":"example.net",)"
        R"("mx-host":["mx.example.net"]},"summary":{"total-successful-session-count":5,)"
        R"("total-failure-session-count":2},"failure-details":[{"result-type":)"
        R"("certificate-expired","sending-mta-ip":"192.0.2.1","receiving-mx-hostname":)"
        R"("mx.example.net","receiving-mx-helo":"mx","receiving-ip":"198.51.100.9",)"
        R"("failed-session-count":2,"failure-reason-code":"X509_V_ERR"}]},)"
        R"({"policy":{"policy-type":"no-policy-found","policy-domain":"example.net"},"summary":)"
        R"({"total-successful-session-count":0,"total-failure-session-count":0}}]})");
}

TEST_CASE("what is written is read back by the strict reader") {
  const auto read = read_strict_report(format_report(sample()));
  REQUIRE(read.has_value());
  CHECK(*read == sample());
}

TEST_CASE("I-JSON: neither other octets nor noncharacters (RFC 7493 §2.1)") {
  auto report = sample();
  report.organization_name =
      "\xff a\xef\xbf\xbf b\xef\xb7\x90 c\xf0\x9f\xbf\xbe d\xef\xbf\xbd e\xc3\xa4\"\n";
  const auto text = format_report(report);
  CHECK(text.find("\xef\xbf\xbf") == std::string::npos);
  CHECK(text.find("\xef\xb7\x90") == std::string::npos);
  CHECK(text.find("\xf0\x9f\xbf\xbe") == std::string::npos);
  const auto read = read_strict_report(text);
  REQUIRE(read.has_value());
  CHECK(read->organization_name ==
        "\xef\xbf\xbd a\xef\xbf\xbd b\xef\xbf\xbd c\xef\xbf\xbd d\xef\xbf\xbd e\xc3\xa4\"\n");
}
