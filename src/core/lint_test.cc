#include "core/lint.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/sts_policy.h"
#include "core/sts_record.h"
#include "support/vectors.h"

using namespace strictmx;

namespace {

using Lines = std::vector<std::string>;

PolicyLint lint(const std::string& mode, const std::string& more) {
  return lint_policy("version: STSv1\nmode: " + mode + "\n" + more);
}

}  // namespace

TEST_CASE("lint_record: a good record has nothing to say (PUB-14)") {
  const auto result = lint_record(Lines{"v=STSv1; id=20260101;"});
  CHECK(result.valid);
  CHECK(result.id == "20260101");
  CHECK(result.error.empty());
  CHECK(result.warnings.empty());
}

TEST_CASE("lint_record: what is accepted but should not be published (PUB-14, G-01)") {
  const auto result = lint_record(Lines{"v=STSv1 ; id=1; a=b"});
  CHECK(result.valid);
  CHECK(result.warnings ==
        Lines{"offset 7: blank before the first \";\"", "offset 16: unknown field a"});
}

TEST_CASE("lint_record: several records are an error (STS-R05, G-02)") {
  const auto result = lint_record(Lines{"v=STSv1; id=1;", "v=STSv1; id=2;"});
  CHECK_FALSE(result.valid);
  CHECK(result.id.empty());
  CHECK(result.error == "2 MTA-STS records, which counts as none");
}

TEST_CASE("lint_record: other records and near misses are named (STS-R04)") {
  const auto result = lint_record(
      Lines{"v=spf1 -all", "v=STSv1; id=1;", " v=stsv1; id=2\n;", "\"v=STSv1; id=3;\""});
  CHECK(result.valid);
  CHECK(result.warnings ==
        Lines{"note: other TXT record at this name: \"v=spf1 -all\"",
              "error: ignored, does not begin with \"v=STSv1;\": \" v=stsv1; id=2\\x0a;\"",
              "error: ignored, does not begin with \"v=STSv1;\": \"\"v=STSv1; id=3;\"\""});
  const auto alone = lint_record(Lines{"v=STSv2; id=1;"});
  CHECK_FALSE(alone.valid);
  CHECK(alone.error == "no record begins with \"v=STSv1;\"");
  CHECK(alone.warnings.size() == 1);
  CHECK(lint_record({}).error == "no record begins with \"v=STSv1;\"");
  CHECK(lint_record(Lines(1000, "x")).warnings.size() == 64);
}

TEST_CASE("lint_record: the parser's error is passed on (STS-R06)") {
  const auto result = lint_record(Lines{"v=STSv1; id=a-b;"});
  CHECK_FALSE(result.valid);
  CHECK(result.error == "offset 12: id is not 1 to 32 letters and digits");
}

TEST_CASE("lint_policy: a good policy has nothing to say, with LF or CRLF (PUB-13)") {
  for (const char* body :
       {"version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 604800\n",
        "version: STSv1\r\nmode: enforce\r\nmx: mx.example\r\nmax_age: 604800"}) {
    const auto result = lint_policy(body);
    CHECK(result.valid);
    CHECK(result.mode == "enforce");
    CHECK(result.max_age == 604800);
    CHECK(result.mx == Lines{"mx.example"});
    CHECK(result.error.empty());
    CHECK(result.warnings.empty());
  }
}

TEST_CASE("lint_policy: max_age (PUB-07, PUB-08)") {
  const auto warnings = [](const std::string& mode, const std::string& max_age) {
    return lint(mode, "mx: mx.example\nmax_age: " + max_age + "\n").warnings;
  };
  const std::string note = "note: max_age is less than a day; senders refresh once a day";
  CHECK(warnings("enforce", "604800").empty());
  CHECK(warnings("enforce", "604799") ==
        Lines{"max_age 604799 is less than a week, which protects little"});
  CHECK(warnings("enforce", "86399") ==
        Lines{"max_age 86399 is less than a week, which protects little", note});
  CHECK(warnings("enforce", "0") == Lines{"max_age 0: some senders refuse such a policy", note});
  CHECK(warnings("testing", "86400").empty());
  CHECK(warnings("testing", "86399") == Lines{note});
  CHECK(warnings("none", "60").empty());
  CHECK(warnings("enforce", "31557600").empty());
}

TEST_CASE("lint_policy: max_age over the maximum is an error of publication (G-07)") {
  const auto result = lint("enforce", "mx: mx.example\nmax_age: 31557601\n");
  CHECK(result.valid);
  CHECK(result.max_age == 31557601);
  CHECK(result.warnings == Lines{"error: line 4: max_age over 31557600 is read as 31557600"});
}

TEST_CASE("lint_policy: everything tolerated or ignored is named (G-11, G-13, G-14, G-29)") {
  const auto result = lint_policy(
      "\xef\xbb\xbfversion: STSv1\nmode: enforce\nmx: a.example\n\nmx: A.example\nmx: b_c.example\n"
      "max_age: 604800\nmode: none\ncolour: blue\n");
  CHECK(result.valid);
  CHECK(result.mode == "enforce");
  CHECK(result.mx == Lines{"a.example", "a.example"});
  CHECK(result.warnings == Lines{"error: line 1: byte order mark", "error: line 4: empty line",
                                 "error: line 6: mx ignored: offset 1: octet that no host name has",
                                 "line 8: second mode ignored", "note: line 9: unknown key colour",
                                 "mx a.example is listed more than once"});
}

TEST_CASE("lint_policy: mode none without mx is read, but not by all (G-28)") {
  const auto result = lint("none", "max_age: 60\n");
  CHECK(result.valid);
  CHECK(result.warnings == Lines{"mode none without mx: some senders refuse such a policy"});
}

TEST_CASE("lint_policy: all errors of a body are named, the first one apart (STS-P10)") {
  const auto result = lint_policy("version: STSv2\nmode: Enforce\nmax_age: 1w\n");
  CHECK_FALSE(result.valid);
  CHECK(result.mode.empty());
  CHECK_FALSE(result.max_age.has_value());
  CHECK(result.error == "line 1: version is not STSv1");
  CHECK(result.warnings == Lines{"error: line 2: mode is not enforce, testing or none",
                                 "error: line 3: max_age is not 1 to 10 digits",
                                 "error: line 4: no mx"});
}

TEST_CASE("lint_policy: warnings are bounded") {
  std::string body = "version: STSv1\nmode: enforce\nmax_age: 604800\n";
  while (body.size() + 20 < kMaxPolicyBytes / 2) body += "mx: a\n\n";
  const auto result = lint_policy(body);
  CHECK(result.valid);
  CHECK(result.warnings.size() <= 300);
  CHECK(result.warnings.size() > 100);
}

TEST_CASE("lint and parsers agree on every vector (STS-P03, STS-R06)") {
  for (const auto& row : testing::load_vectors("policy.txt")) {
    CAPTURE(row.name);
    const auto parsed = parse_policy(row.input);
    const auto result = lint_policy(row.input);
    CHECK(result.valid == parsed.has_value());
    if (!parsed) CHECK(result.error == parsed.error().detail);
  }
  for (const auto& row : testing::load_vectors("record.txt")) {
    CAPTURE(row.name);
    if (row.input.find('\n') != std::string::npos) continue;
    CHECK(lint_record(Lines{row.input}).valid == row.expect.starts_with("ok "));
  }
}
