#include "cmd/lint.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

CommandResult match(std::string host, std::vector<std::string> patterns,
                    OutputForm form = OutputForm::text) {
  return run_lint_match({std::move(host), std::move(patterns), form});
}

constexpr const char* kPolicy =
    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmx: *.example.net\r\n"
    "max_age: 1209600\r\n";

}  // namespace

TEST_CASE("lint record: one line for people, fixed members for programs") {
  const auto good = run_lint_record({{"v=STSv1; id=20261124;"}, OutputForm::text});
  CHECK(good.exit == ExitCode::ok);
  CHECK(good.out == "valid: id 20261124\n");
  CHECK(run_lint_record({{"v=STSv1; id=20261124;"}, OutputForm::json}).out ==
        "{\"valid\":true,\"id\":\"20261124\",\"error\":null,\"warnings\":[]}\n");

  const auto bad = run_lint_record({{"v=STSv1; id=;"}, OutputForm::text});
  CHECK(bad.exit == ExitCode::no);
  CHECK(bad.out.starts_with("invalid: "));
  const auto json = run_lint_record({{"v=STSv1; id=;"}, OutputForm::json});
  CHECK(json.exit == ExitCode::no);
  CHECK(json.out.starts_with("{\"valid\":false,\"id\":null,\"error\":\""));
}

TEST_CASE("lint record: each argument is one record, and two count as none") {
  const auto result = run_lint_record({{"v=STSv1; id=1;", "v=STSv1; id=2;"}, OutputForm::text});
  CHECK(result.exit == ExitCode::no);
}

TEST_CASE("lint tlsrpt: where reports go") {
  const auto good = run_lint_tlsrpt({{"v=TLSRPTv1; rua=mailto:a@b.example"}, OutputForm::json});
  CHECK(good.exit == ExitCode::ok);
  CHECK(good.out ==
        "{\"valid\":true,\"rua\":[\"mailto:a@b.example\"],\"error\":null,\"warnings\":[]}\n");
  CHECK(run_lint_tlsrpt({{"v=TLSRPTv1; rua=mailto:a@b.example,x:y"}, OutputForm::text})
            .out.starts_with("valid\nrua: mailto:a@b.example\nerror: offset 35: "));
  const auto bad = run_lint_tlsrpt({{"v=TLSRPTv1;"}, OutputForm::json});
  CHECK(bad.exit == ExitCode::no);
  CHECK(bad.out ==
        "{\"valid\":false,\"rua\":[],\"error\":\"offset 11: no rua\",\"warnings\":[]}\n");
}

TEST_CASE("lint policy: patterns and warnings on lines of their own") {
  const auto good = lint_policy_text(kPolicy, OutputForm::text);
  CHECK(good.exit == ExitCode::ok);
  CHECK(good.out ==
        "valid: mode enforce, max_age 1209600\nmx: mx1.example.com\nmx: *.example.net\n");
  CHECK(lint_policy_text(kPolicy, OutputForm::json).out ==
        "{\"valid\":true,\"mode\":\"enforce\",\"max_age\":1209600,"
        "\"mx\":[\"mx1.example.com\",\"*.example.net\"],\"error\":null,\"warnings\":[]}\n");
  const auto extra = lint_policy_text(std::string(kPolicy) + "\r\n", OutputForm::text);
  CHECK(extra.exit == ExitCode::ok);
  CHECK(extra.out.find("\nwarning: ") + extra.out.find("\nerror: ") != 0);
  CHECK(extra.out.size() > good.out.size());
}

TEST_CASE("lint policy: what is missing is null") {
  const auto json = lint_policy_text("", OutputForm::json);
  CHECK(json.exit == ExitCode::no);
  CHECK(json.out.starts_with(
      "{\"valid\":false,\"mode\":null,\"max_age\":null,\"mx\":[],\"error\":\""));
  CHECK(lint_policy_text("", OutputForm::text).out.starts_with("invalid: "));
}

TEST_CASE("lint policy: a file that cannot be read is a wrong call") {
  const auto result = run_lint_policy({"/nonexistent.txt", OutputForm::json});
  CHECK(result.exit == ExitCode::usage);
  CHECK(result.out.empty());
  CHECK(result.err == "strictmx: /nonexistent.txt: No such file or directory\n");
}

TEST_CASE("lint match: any pattern may name the host") {
  const auto named = match("MX1.example.com", {"mx2.example.com", "*.example.com"});
  CHECK(named.exit == ExitCode::ok);
  CHECK(named.out == "match: named by *.example.com\n");
  CHECK(named.err.empty());
  CHECK(match("a.example", {"a.example"}, OutputForm::json).out == "{\"match\":true}\n");

  const auto other = match("a.mx.example.com", {"*.example.com"});
  CHECK(other.exit == ExitCode::no);
  CHECK(other.out == "no match\n");
  CHECK(match("a.example", {"b.example"}, OutputForm::json).out == "{\"match\":false}\n");
}

TEST_CASE("lint match: what is no host or pattern matches nothing, and why is said aside") {
  const auto host = match("a_b.example", {"*.example"});
  CHECK(host.exit == ExitCode::no);
  CHECK(host.err.starts_with("host a_b.example: "));
  const auto pattern = match("a.example", {"*.*.example", "a.example"}, OutputForm::json);
  CHECK(pattern.exit == ExitCode::ok);
  CHECK(pattern.out == "{\"match\":true}\n");
  CHECK(pattern.err.starts_with("pattern *.*.example: "));
}
