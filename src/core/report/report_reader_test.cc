#include "core/report/report_reader.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "core/report/report_json.h"
#include "support/vectors.h"

using namespace strictmx;

namespace {

const std::string kFailure =
    R"({"result-type":"certificate-expired","sending-mta-ip":"192.0.2.1",)"
    R"("receiving-mx-hostname":"mx.example.net","receiving-ip":"2001:db8::1",)"
    R"("failed-session-count":2})";

const std::string kPolicy =
    R"({"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: testing"],)"
    R"("policy-domain":"example.net","mx-host":["*.example.net"]},"summary":)"
    R"({"total-successful-session-count":5,"total-failure-session-count":2},"failure-details":[)" +
    kFailure + "]}";

const std::string kReport =
    R"({"organization-name":"Org","date-range":{"start-datetime":"2026-11-24T00:00:00Z",)"
    R"("end-datetime":"2026-11-24T23:59:59Z"},"contact-info":"a@sender.example",)"
    R"("report-id":"1@sender.example","policies":[)" +
    kPolicy + "]}";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string names(const std::vector<ReportRemark>& remarks) {
  std::vector<std::string> all;
  for (const auto& remark : remarks) {
    const std::string name(name_of(remark.deviation));
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  return join(all, " ");
}

Report good() { return read_report(kReport)->report; }

}  // namespace

TEST_CASE("a report as it should be has no remarks") {
  const auto read = read_report(kReport);
  REQUIRE(read.has_value());
  CHECK(names(read->remarks) == "");
  CHECK(read->report.policies.at(0).failures.at(0).failed_session_count == 2);
  CHECK(format_report(read->report) == kReport);
}

TEST_CASE("vectors/report.txt") {
  for (const auto& row : testing::load_vectors("report.txt")) {
    CAPTURE(row.name);
    const auto read = read_report(row.input);
    CHECK((read ? "ok" : fmt::format("error {}", name_of(read.error().code))) == row.expect);
  }
}

TEST_CASE("one deviation at a time: remarked on, and the report is the same without it") {
  struct Row {
    const char* remark;
    const char* from;
    const char* to;
  };
  const Row rows[] = {
      {"byte_order_mark", "{\"organization", "\xef\xbb\xbf{\"organization"},
      {"trailing_octets", "}]}]}", "}]}]}x"},
      {"trailing_octets", "}]}]}", "}]}]}{}"},
      {"repeated_name", "\"contact-info\"", "\"contact-info\":\"x@y.example\",\"contact-info\""},
      {"unknown_member", "\"contact-info\"", "\"x\":1,\"contact-info\""},
      {"unknown_member", "\"policy-type\"", "\"x\":null,\"policy-type\""},
      {"unknown_member", "\"result-type\"", "\"x\":[],\"result-type\""},
      {"null_value", "\"receiving-ip\":", "\"receiving-mx-helo\":null,\"receiving-ip\":"},
      {"other_name", "\"mx-host\"", "\"mx-host-pattern\""},
      {"value_type", "[\"*.example.net\"]", "\"*.example.net\""},
      {"text_form", "*.example.net", "mx: *.example.net"},
      {"value_type policy_string_form", "[\"version: STSv1\",\"mode: testing\"]",
       "\"version: STSv1\\r\\nmode: testing\\r\\n\""},
      {"value_type policy_string_form", "[\"version: STSv1\",\"mode: testing\"]",
       "\"version: STSv1; mode: testing;\""},
      {"policy_string_form", "[\"version: STSv1\",\"mode: testing\"]",
       "[\"[\\\"version: STSv1\\\",\\\"mode: testing\\\"]\"]"},
      {"text_form", "\"sts\"", "\"STS\""},
      {"text_form", "\"policy-domain\":\"example.net\"", "\"policy-domain\":\"Example.NET.\""},
      {"text_form", "certificate-expired", "certificate_expired"},
      {"count_form", "count\":5", "count\":\"5\""},
      {"count_form", "count\":5", "count\":5.0"},
      {"address_form", "\"192.0.2.1\"", "\"192.0.2.1:25\""},
      {"address_form", "\"192.0.2.1\"", "\"[192.0.2.1]\""},
      {"address_form", "2001:db8::1", "[IPv6:2001:db8::1]"},
      {"date_form", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00"},
      {"date_form", "2026-11-24T00:00:00Z", "2026-11-24 00:00:00Z"},
      {"value_type date_form", "\"2026-11-24T00:00:00Z\"", "1795478400"},
      {"date_range", "2026-11-24T23:59:59Z", "2026-11-25T00:00:00Z"},
      {"date_form date_range", "2026-11-24T23:59:59Z", "2026-11-24T24:00:00Z"},
      {"value_type", "\"policies\":[{", "\"policies\":[[],{"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.to);
    const auto read = read_report(replaced(kReport, row.from, row.to));
    REQUIRE(read.has_value());
    if (std::string_view(row.to).find("[[]") != std::string_view::npos) {
      CHECK(names(read->remarks) == "policy_unreadable");
    } else {
      CHECK(names(read->remarks) == row.remark);
    }
    CHECK(read->report == good());
  }
}

TEST_CASE("what is missing is made up for or left empty") {
  const auto without = [](std::string_view part) {
    return read_report(replaced(kReport, part, ""));
  };
  auto read = without(R"("contact-info":"a@sender.example",)");
  CHECK(names(read->remarks) == "member_missing");
  CHECK(read->report.contact_info.empty());
  read = without(R"("report-id":"1@sender.example",)");
  CHECK(names(read->remarks) == "member_missing");
  read = without(R"("policy-domain":"example.net",)");
  CHECK(names(read->remarks) == "member_missing");
  CHECK(read->report.policies.at(0).policy_domain.empty());
  read = read_report(replaced(kReport, R"("policy-domain":"example.net",)", ""),
                     {.policy_domain = "example.org", .submitter = ""});
  CHECK(read->report.policies.at(0).policy_domain == "example.org");
  read = read_report(replaced(kReport, R"("organization-name":"Org",)", ""),
                     {.policy_domain = "", .submitter = "sender.example"});
  CHECK(read->report.organization_name == "sender.example");
  read = without(R"(,"failed-session-count":2)");
  CHECK(names(read->remarks) == "count_missing");
  CHECK(read->report.policies.at(0).failures.at(0).failed_session_count == 1);
  read = without(R"("total-failure-session-count":2)");
  CHECK_FALSE(read.has_value());  // leaves a comma: no JSON
  read = read_report(replaced(kReport,
                              R"("summary":{"total-successful-session-count":5,)"
                              R"("total-failure-session-count":2},)",
                              ""));
  CHECK(names(read->remarks) == "summary_missing");
  CHECK(read->report.policies.at(0).failed_sessions == 2);
  read = read_report("{}");
  CHECK(names(read->remarks) == "member_missing no_policies");
}

TEST_CASE("failure details of any shape") {
  const auto with = [](const std::string& details) {
    return read_report(replaced(kReport, "[" + kFailure + "]", details));
  };
  CHECK(with("null")->report.policies[0].failures.empty());
  CHECK(names(with("null")->remarks) == "null_value");
  CHECK(with("[]")->report.policies[0].failures.empty());
  CHECK(with("[]")->remarks.empty());
  CHECK(with(kFailure)->report == good());
  CHECK(names(with(kFailure)->remarks) == "value_type");
  const auto twice = with("[" + kFailure + "," + kFailure + "]");
  CHECK(twice->report.policies[0].failures.size() == 1);
  CHECK(twice->report.policies[0].failures[0].failed_session_count == 4);
  CHECK(names(twice->remarks) == "repeated_failure");
  CHECK(names(with("[5]")->remarks) == "value_type");
  CHECK(names(with("7")->remarks) == "value_type");
}

TEST_CASE("what is not known is kept") {
  const auto type = read_report(replaced(kReport, "\"sts\"", "\"dnssec\""));
  CHECK(names(type->remarks) == "unknown_policy_type");
  CHECK(type->report.policies[0].policy_type == "dnssec");
  const auto dane = read_report(replaced(kReport, "\"sts\"", "\"dane\""));
  CHECK(dane->report.policies[0].policy_type == "tlsa");
  const auto result = read_report(replaced(kReport, "certificate-expired", "new-type"));
  CHECK(names(result->remarks) == "unknown_result_type");
  CHECK(result->report.policies[0].failures[0].result_type == "new-type");
  const auto host = read_report(replaced(kReport, "192.0.2.1", "unknown"));
  CHECK(names(host->remarks) == "address_form");
  CHECK(host->report.policies[0].failures[0].sending_mta_ip == "unknown");
}

TEST_CASE("counts and dates out of range") {
  const auto count = [](const char* text) {
    return read_report(replaced(kReport, "count\":5", fmt::format("count\":{}", text)))
        ->report.policies[0]
        .successful_sessions;
  };
  CHECK(count("-1") == 0);
  CHECK(count("1e300") == 9007199254740991);
  CHECK(count("18446744073709551615") == 9007199254740991);
  CHECK(count("\"x\"") == 0);
  CHECK(count("[]") == 0);
  const auto reversed = read_report(replaced(
      replaced(kReport, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"), "\"a@s", "\"a@s"));
  CHECK(format_utc(reversed->report.begin) == "2026-11-24T23:59:59Z");
  CHECK(names(reversed->remarks).starts_with("date_form"));
  const auto garbage = read_report(replaced(kReport, "2026-11-24T23:59:59Z", "tomorrow"));
  CHECK(names(garbage->remarks) == "date_unreadable");
  CHECK(format_utc(garbage->report.end) == "2026-11-24T23:59:59Z");
}

TEST_CASE("no JSON object is no report") {
  CHECK(read_report("").error().code == Errc::syntax);
  CHECK(read_report("[]").error().code == Errc::syntax);
  CHECK(read_report("\"x\"").error().code == Errc::syntax);
  CHECK(read_report(std::string(100000, '[')).error().code == Errc::syntax);
  CHECK(read_report(replaced(kReport, "Org", "O\xffg"))->report.organization_name ==
        "O\xef\xbf\xbdg");
}

TEST_CASE("the strict reader takes what is allowed and refuses what is not") {
  CHECK(read_strict_report(kReport).has_value());
  CHECK(read_strict_report(replaced(kReport, "\"contact-info\"", "\"x\":1,\"contact-info\""))
            .has_value());
  CHECK(read_strict_report(replaced(kReport, "[\"*.example.net\"]", "\"*.example.net\""))
            .error()
            .detail == "policies[0].policy.mx-host: is no array");
  CHECK(
      read_strict_report(replaced(kReport, "\"contact-info\"", "\"x\":1,\"x\":1,\"contact-info\""))
          .error()
          .code == Errc::syntax);
  CHECK_FALSE(read_strict_report(replaced(kReport, "a@sender.example", "mailto:a@s.example")));
}

TEST_CASE("limits: remarks, texts, lists") {
  std::string members;
  for (int i = 0; i < 1500; ++i) members += fmt::format("\"x{}\":1,", i);
  const auto many = read_report("{" + members + kReport.substr(1));
  CHECK(many->remarks.size() == 1000);
  const auto strict =
      read_strict_report("{" + members + replaced(kReport, "\"192.0.2.1\"", "5").substr(1));
  CHECK_FALSE(strict.has_value());  // the error is not lost behind the notes
  const auto big = read_report(replaced(kReport, "Org", std::string(5000, 'x')));
  CHECK(big->report.organization_name.size() == 4096);
  std::string patterns;
  for (int i = 0; i < 1030; ++i) patterns += fmt::format("\"m{}\",", i);
  const auto list = read_report(replaced(kReport, "[\"*.e", "[" + patterns + "\"*.e"));
  CHECK(list->report.policies[0].mx_host.size() == 1024);
}
