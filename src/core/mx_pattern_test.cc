#include "core/mx_pattern.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "support/vectors.h"

using namespace strictmx;

namespace {

std::string judge(std::string_view pattern_text, std::string_view host_text) {
  const auto pattern = MxPattern::parse(pattern_text);
  if (!pattern) return fmt::format("error {}", name_of(pattern.error().code));
  const auto host = Domain::parse(host_text);
  if (!host) return "badhost";
  return pattern->matches(*host) ? "match" : "differ";
}

}  // namespace

TEST_CASE("vectors/match.txt (STS-V01, STS-V02)") {
  for (const auto& row : testing::load_vectors("match.txt")) {
    CAPTURE(row.name);
    const auto parts = split(row.input, ' ');
    REQUIRE(parts.size() == 2);
    CHECK(judge(parts[0], parts[1]) == row.expect);
  }
}

TEST_CASE("text forms of a pattern (STS-P06)") {
  const auto name = MxPattern::parse("MX.Example.com").value();
  CHECK_FALSE(name.wildcard());
  CHECK(name.text() == "mx.example.com");
  CHECK(name.postfix_text() == "mx.example.com");

  const auto wildcard = MxPattern::parse("*.Example.com").value();
  CHECK(wildcard.wildcard());
  CHECK(wildcard.text() == "*.example.com");
  CHECK(wildcard.postfix_text() == ".example.com");
  CHECK(wildcard != MxPattern::parse("example.com").value());
}

TEST_CASE("errors tell where, also behind the star (STS-V02)") {
  CHECK(MxPattern::parse("a..b").error().detail == "offset 2: empty label");
  CHECK(MxPattern::parse("*.a..b").error().detail == "after \"*.\", offset 2: empty label");
}
