#include "core/policy_export.h"

#include <doctest/doctest.h>

#include <string>

using namespace strictmx;

namespace {

constexpr WallTime kExported{Seconds{1795500000}};  // 2026-11-24T06:00:00Z

KnownPolicy make_policy(std::string extra = "") {
  const std::string body =
      "version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 604800\r\n" + extra;
  return KnownPolicy{Domain::parse("a.example").value(), "20261124", body,
                     parse_policy(body).value().policy, kExported};
}

constexpr const char* kLine =
    R"({"domain":"a.example","id":"20261124","mode":"enforce","mx":["mx.a.example"],)"
    R"("max_age":604800,"fetched_at":"2026-11-24T06:00:00Z",)"
    R"("body":"version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 604800\r\n"})";

std::string replaced(std::string_view what, std::string_view with) {
  std::string line = kLine;
  const auto at = line.find(what);
  REQUIRE(at != std::string::npos);
  return line.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a policy is one line, and the line the policy again, octet for octet") {
  CHECK(format_export_line(make_policy()) == kLine);
  for (const std::string extra : {"", "x: caf\xc3\xa9\r\n", "x: \"\\\r\n"}) {
    const auto policy = make_policy(extra);
    const auto line = format_export_line(policy);
    CHECK(line.find('\n') == std::string::npos);
    const auto read = parse_export_line(line, kExported);
    INFO((read ? "" : read.error().detail));
    REQUIRE(read.has_value());
    CHECK(read->domain == policy.domain);
    CHECK(read->id == policy.id);
    CHECK(read->body == policy.body);
    CHECK(read->fetched_at == policy.fetched_at);
    CHECK(read->policy.mode == PolicyMode::enforce);
  }
}

TEST_CASE("what people read may be absent, but not differ from the body") {
  CHECK(parse_export_line(replaced(R"("mode":"enforce",)", ""), kExported).has_value());
  CHECK(
      parse_export_line(replaced(R"("max_age":604800,)", R"("new":[1],)"), kExported).has_value());
  const auto detail = [](const std::string& line) {
    const auto read = parse_export_line(line, kExported);
    REQUIRE(!read.has_value());
    return read.error().detail;
  };
  CHECK(detail(replaced(R"("mode":"enforce")", R"("mode":"none")")) ==
        "mode: is not what the body says");
  CHECK(detail(replaced(R"(["mx.a.example"])", R"(["mx.b.example"])")) ==
        "mx: is not what the body says");
  CHECK(detail(replaced(R"(:604800)", R"(:1)")) == "max_age: is not what the body says");
}

TEST_CASE("bad lines are refused with the member that is wrong") {
  struct Row {
    std::string line;
    const char* detail;
  };
  const Row rows[] = {
      {"[]", "is no JSON object"},
      {"", "offset 0: "},
      {replaced(R"("domain":"a.example",)", ""), "domain: is missing"},
      {replaced(R"("a.example")", "5"), "domain: is no string"},
      {replaced(R"("a.example")", R"("a..example")"), "domain: "},
      {replaced(R"("20261124")", R"("2026-11-24")"), "id: is not 1 to 32"},
      {replaced(R"("20261124")", R"("")"), "id: is not 1 to 32"},
      {replaced("06:00:00Z", "06:00"), "fetched_at: is not of the form"},
      {replaced("2026-11-24T", "2026-11-26T"), "fetched_at: lies in the future"},
      {replaced("version: STSv1", "version: STSv2"), "body: "},

  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto read = parse_export_line(row.line, kExported);
    REQUIRE(!read.has_value());
    CHECK(read.error().detail.starts_with(row.detail));
  }
  CHECK(parse_export_line(std::string(kMaxExportLine + 1, ' '), kExported).error().code ==
        Errc::too_large);
}
