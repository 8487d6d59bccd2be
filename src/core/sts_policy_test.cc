#include "core/sts_policy.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "support/vectors.h"

using namespace strictmx;

namespace {

std::string show(const Result<ParsedPolicy>& parsed) {
  if (!parsed) return fmt::format("error {}", name_of(parsed.error().code));
  std::vector<std::string> mx;
  for (const auto& pattern : parsed->policy.mx) mx.push_back(pattern.text());
  return fmt::format("ok mode={} max_age={} mx={} warnings={}", name_of(parsed->policy.mode),
                     parsed->policy.max_age.count(), join(mx, ","), parsed->warnings.size());
}

constexpr std::string_view kBody =
    "version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 86400\n";

std::string with(std::string_view more) { return std::string(kBody) + std::string(more); }

}  // namespace

TEST_CASE("vectors/policy.txt (STS-P01 to STS-P11)") {
  for (const auto& row : testing::load_vectors("policy.txt")) {
    CAPTURE(row.name);
    CHECK(show(parse_policy(row.input)) == row.expect);
  }
}

TEST_CASE("errors name the line (STS-P10)") {
  CHECK(parse_policy(with("nonsense\n")).error().detail == "line 5: \":\" is missing");
  CHECK(parse_policy(with("\n a: b\n")).error().detail == "line 6: no valid key");
  CHECK(parse_policy(with("a: \x01\n")).error().detail ==
        "line 5: empty value or control character in it");
  CHECK(parse_policy("mode: x\nversion: STSv1\n").error().detail ==
        "line 1: mode is not enforce, testing or none");
  CHECK(parse_policy("version: STSv1\nmode: none\n").error().detail == "line 3: no max_age");
}

TEST_CASE("warnings name the line (STS-P08, STS-P09)") {
  const auto parsed = parse_policy(with("mode: none\ncolour: blue\n\nmx: a_b.example\n"));
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->warnings.size() == 4);
  CHECK(parsed->warnings[0] == "line 5: second mode ignored");
  CHECK(parsed->warnings[1] == "line 6: unknown key colour");
  CHECK(parsed->warnings[2] == "line 7: empty line");
  CHECK(parsed->warnings[3] == "line 8: mx ignored: offset 1: octet that no host name has");
}

TEST_CASE("a body has at most 65536 octets (STS-F10, G-34)") {
  std::string body = with("a: ");
  body.append(kMaxPolicyBytes - body.size(), 'x');
  CHECK(parse_policy(body).has_value());
  CHECK(parse_policy(body + "x").error().code == Errc::too_large);
}

TEST_CASE("a policy that is cut short does not turn into another one unseen (STS-F15)") {
  // Not the parser's task to notice: this pins down why the fetch must.
  CHECK(show(parse_policy(
            "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: a.example\nmx: b.exa")) ==
        "ok mode=enforce max_age=86400 mx=a.example,b.exa warnings=0");
}

TEST_CASE("remarks and errors are bounded, whatever the body holds") {
  const auto blank = scan_policy(std::string(kMaxPolicyBytes, '\n'));
  CHECK(blank.remarks.size() == kMaxRemarks);
  CHECK(blank.errors.size() == 3);
  std::string colons;
  while (colons.size() + 2 <= kMaxPolicyBytes) colons += ":\n";
  CHECK(scan_policy(colons).errors.size() == kMaxRemarks);
}

TEST_CASE("scan_policy reads on after errors and keeps max_age as published") {
  const auto scan = scan_policy("version: STSv2\nmx: a.example\nmax_age: 99999999\nx\n");
  REQUIRE(scan.errors.size() == 3);
  CHECK(scan.errors[0].detail == "line 1: version is not STSv1");
  CHECK(scan.errors[1].detail == "line 4: \":\" is missing");
  CHECK(scan.errors[2].detail == "line 5: no mode");
  CHECK_FALSE(scan.mode.has_value());
  CHECK(scan.max_age == Seconds{99999999});
  REQUIRE(scan.mx.size() == 1);
  REQUIRE(scan.remarks.size() == 1);
  CHECK(scan.remarks[0].weight == RemarkWeight::error);
}

TEST_CASE("allows: at least one pattern must match (STS-V01)") {
  const auto policy =
      parse_policy("version: STSv1\nmode: enforce\nmx: a.example\nmx: *.b.example\nmax_age: 1\n")
          .value()
          .policy;
  const auto allows = [&](std::string_view host) {
    return policy.allows(Domain::parse(host).value());
  };
  CHECK(allows("a.example"));
  CHECK(allows("mx.B.example"));
  CHECK_FALSE(allows("b.example"));
  CHECK_FALSE(allows("c.example"));
  CHECK_FALSE(StsPolicy{}.allows(Domain::parse("a.example").value()));
}

TEST_CASE("names of modes are the wire tokens") {
  CHECK(name_of(PolicyMode::none) == "none");
  CHECK(name_of(PolicyMode::testing) == "testing");
  CHECK(name_of(PolicyMode::enforce) == "enforce");
}
