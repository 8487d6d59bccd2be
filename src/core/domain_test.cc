#include "core/domain.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/vectors.h"

using namespace strictmx;

namespace {

// "ok": both ways of reading accept; "idna": only parse() does.
std::string show(std::string_view text) {
  const auto domain = Domain::parse(text);
  const auto ascii = Domain::parse_ascii(text);
  if (!domain) {
    CHECK_FALSE(ascii.has_value());
    return fmt::format("error {}", name_of(domain.error().code));
  }
  if (ascii) CHECK(*ascii == *domain);
  return fmt::format("{} {}", ascii ? "ok" : "idna", domain->text());
}

}  // namespace

TEST_CASE("vectors/domain.txt (STS-D04, STS-D06, STS-P07)") {
  for (const auto& row : testing::load_vectors("domain.txt")) {
    CAPTURE(row.name);
    CHECK(show(row.input) == row.expect);
  }
}

TEST_CASE("what parse() gives is stable under parsing it again (STS-D06)") {
  for (const auto& row : testing::load_vectors("domain.txt")) {
    CAPTURE(row.name);
    const auto once = Domain::parse(row.input);
    if (once) CHECK(Domain::parse_ascii(once->text()).value() == *once);
  }
}

TEST_CASE("errors tell where") {
  CHECK(Domain::parse("a..b").error().detail == "offset 2: empty label");
  CHECK(Domain::parse("ab.c_d").error().detail == "offset 4: octet that no host name has");
  CHECK(Domain::parse("ab.-c").error().detail == "offset 3: label begins or ends with a hyphen");
}

TEST_CASE("prefixed: names of record and policy host (STS-R01, STS-F01)") {
  const auto domain = Domain::parse("Example.COM.").value();
  CHECK(domain.prefixed("_mta-sts").value() == "_mta-sts.example.com");
  CHECK(domain.prefixed("mta-sts").value() == "mta-sts.example.com");
}

TEST_CASE("prefixed: nothing over 253 octets (STS-D06)") {
  const auto of_size = [](std::size_t size) {
    std::string text;
    while (text.size() + 2 < size) text += "a.";
    text.append(size - text.size(), 'b');
    return Domain::parse(text).value();
  };
  CHECK(of_size(244).prefixed("_mta-sts").value().size() == 253);
  CHECK(of_size(245).prefixed("_mta-sts").error().code == Errc::too_large);
  CHECK(of_size(245).prefixed("mta-sts").has_value());
  CHECK(of_size(246).prefixed("mta-sts").error().code == Errc::too_large);
}

TEST_CASE("single_label") {
  CHECK(Domain::parse("localhost").value().single_label());
  CHECK_FALSE(Domain::parse("example.com").value().single_label());
}
