#include "core/tls_result.h"

#include <doctest/doctest.h>

namespace strictmx {

TEST_CASE("days are UTC, from midnight to midnight (RPT-T01)") {
  const auto at = [](std::string_view text) { return format_day(day_of(*parse_utc(text))); };
  CHECK(at("2026-11-24T00:00:00Z") == "2026-11-24");
  CHECK(at("2026-11-24T23:59:59Z") == "2026-11-24");
  CHECK(at("2026-11-25T00:00:00Z") == "2026-11-25");
  CHECK(day_of(WallTime{Seconds{-1}}) == Day{std::chrono::days{-1}});
  CHECK(parse_day("2026-11-24") == day_of(*parse_utc("2026-11-24T12:00:00Z")));
  for (const auto* text :
       {"", "2026-11-31", "2026-1-1", "20261124", "2026-11-24 ", "2026-11-24Z"}) {
    CAPTURE(text);
    CHECK(!parse_day(text));
  }
}

TEST_CASE("words of the report are read back") {
  for (const auto type : {PolicyType::tlsa, PolicyType::sts, PolicyType::no_policy_found}) {
    CHECK(parse_policy_type(name_of(type)) == type);
  }
  CHECK(!parse_policy_type("STS"));
  int types = 0;
  for (const auto* word :
       {"starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
        "certificate-not-trusted", "validation-failure", "tlsa-invalid", "dnssec-invalid",
        "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"}) {
    const auto type = parse_result_type(word);
    REQUIRE(type);
    CHECK(name_of(*type) == word);
    ++types;
  }
  CHECK(types == 11);
  CHECK(!parse_result_type("sts_policy_invalid"));
}

TEST_CASE("of an EHLO reply only the name is kept") {
  struct Row {
    const char* text;
    const char* name;
  };
  const Row rows[] = {
      {"250-mx.example.com\r\n250 STARTTLS", "mx.example.com"},
      {"250 mx.example.com greets [192.0.2.1]", "mx.example.com"},
      {"mx.example.com", "mx.example.com"},
      {"mx.example.com\nX: y", "mx.example.com"},
      {"250-", ""},
      {"250", ""},
      {"2500.example.com", "2500.example.com"},
      {"250-\x1b[31mmx", "?[31mmx"},
      {"", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    FailureDetails details;
    details.receiving_mx_helo = row.text;
    bound(details);
    CHECK(details.receiving_mx_helo == row.name);
  }
}

TEST_CASE("texts of peers become clean UTF-8 within their limits") {
  struct Row {
    const char* what;
    std::string text;
    std::string clean;
  };
  const Row rows[] = {
      {"plain", "self-signed certificate", "self-signed certificate"},
      {"UTF-8", "d\xc3\xa9j\xc3\xa0 vu \xf0\x9f\x98\x80", "d\xc3\xa9j\xc3\xa0 vu \xf0\x9f\x98\x80"},
      {"controls", "a\r\nb\tc\x7f", "a??b?c?"},
      {"a null octet", std::string("a\0b", 3), "a?b"},
      {"C1 control",
       "a\xc2\x9b"
       "31m",
       "a?31m"},
      {"no UTF-8",
       "a\xff\xfe"
       "b\xc3",
       "a??b?"},
      {"surrogate", "\xed\xa0\x80", "???"},
      {"noncharacters", "\xef\xbf\xbf\xef\xb7\x90\xf0\x9f\xbf\xbe.", "???."},
      {"beside noncharacters", "\xef\xbf\xbd\xef\xb7\x8f", "\xef\xbf\xbd\xef\xb7\x8f"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    FailureDetails details;
    details.reason_code = row.text;
    bound(details);
    CHECK(details.reason_code == row.clean);
  }
  FailureDetails details;
  details.reason_code = std::string(kMaxReasonBytes - 1, 'x') + "\xc3\xa9";
  details.sending_mta_ip = std::string(1000, 'x');
  details.additional_information = std::string(5000, 'x');
  bound(details);
  CHECK(details.reason_code == std::string(kMaxReasonBytes - 1, 'x'));  // no half character
  CHECK(details.sending_mta_ip.size() == kMaxHostBytes);
  CHECK(details.additional_information.size() == kMaxInformationBytes);
  CHECK(bounded_record("v=TLSRPTv1; rua=mailto:a@example.com\n") ==
        "v=TLSRPTv1; rua=mailto:a@example.com?");
  CHECK(bounded_record(std::string(100000, 'x')).size() == kMaxRecordBytes);
}

TEST_CASE("a policy is bounded as a whole") {
  ReportedPolicy policy{PolicyType::sts, "example.com", {"version: STSv1", "mx: a\nb"}, {"*.x\r"}};
  bound(policy);
  CHECK(policy ==
        ReportedPolicy{PolicyType::sts, "example.com", {"version: STSv1", "mx: a?b"}, {"*.x?"}});
  ReportedPolicy huge{PolicyType::sts, std::string(999, 'x'), {}, {}};
  huge.strings.assign(5000, std::string(100, 's'));
  huge.mx_hosts.assign(5000, "mx");
  bound(huge);
  CHECK(huge.domain.size() == kMaxHostBytes);
  CHECK(huge.strings.size() == kMaxPolicyTextBytes / 100 + 1);
  CHECK(huge.strings.back().size() == kMaxPolicyTextBytes % 100);
  CHECK(huge.mx_hosts.empty());  // nothing is left for them
  huge.strings.assign(5000, "s");
  huge.mx_hosts.assign(5000, "mx");
  bound(huge);
  CHECK(huge.strings.size() == kMaxPolicyStrings);
  CHECK(huge.mx_hosts.size() == kMaxPolicyMxHosts);
}

}  // namespace strictmx
