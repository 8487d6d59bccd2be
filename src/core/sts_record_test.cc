#include "core/sts_record.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "support/vectors.h"

using namespace strictmx;

namespace {

std::string show(const StsTxt& txt) {
  if (const auto* record = std::get_if<StsRecord>(&txt)) {
    return fmt::format("ok id={} warnings={}", record->id, record->warnings.size());
  }
  if (const auto* several = std::get_if<SeveralStsRecords>(&txt)) {
    return fmt::format("several {}", several->count);
  }
  if (const auto* malformed = std::get_if<MalformedStsRecord>(&txt)) {
    return fmt::format("malformed {}", name_of(malformed->error.code));
  }
  return "none";
}

StsTxt select(std::string_view lines) {
  std::vector<std::string> rrs;
  for (const auto line : split(lines, '\n')) rrs.emplace_back(line);
  return select_sts_record(rrs);
}

}  // namespace

TEST_CASE("vectors/record.txt (STS-R03 to STS-R12)") {
  for (const auto& row : testing::load_vectors("record.txt")) {
    CAPTURE(row.name);
    CHECK(show(select(row.input)) == row.expect);
  }
}

TEST_CASE("no TXT RR at all is no record (STS-R05)") {
  CHECK(show(select_sts_record({})) == "none");
}

TEST_CASE("a line feed inside of an RR is no separator of fields (STS-R11)") {
  const std::vector<std::string> rrs = {"v=STSv1;\nid=1;"};
  CHECK(show(select_sts_record(rrs)) == "malformed syntax");
}

TEST_CASE("errors name the offset (STS-R06)") {
  CHECK(parse_sts_record("v=STSv1; id=1; !").error().detail == "offset 15: no field name");
  CHECK(parse_sts_record("v=STSv1; id=1 x").error().detail == "offset 14: \";\" expected");
  CHECK(parse_sts_record("v=STSv1; id=a-b").error().detail ==
        "offset 12: id is not 1 to 32 letters and digits");
  CHECK(parse_sts_record("v=STSv1; a=").error().detail == "offset 11: no value");
  CHECK(parse_sts_record("v=STSv1; ab").error().detail == "offset 11: \"=\" expected");
  CHECK(parse_sts_record("v=STSv1;").error().detail == "offset 8: no id");
  CHECK(parse_sts_record("x").error().detail == "offset 0: does not begin with v=STSv1");
}

TEST_CASE("warnings name the offset") {
  const auto record = parse_sts_record("v=STSv1 ; id=1; a=b; id=2");
  REQUIRE(record.has_value());
  REQUIRE(record->warnings.size() == 3);
  CHECK(record->warnings[0] == "offset 7: blank before the first \";\"");
  CHECK(record->warnings[1] == "offset 16: unknown field a");
  CHECK(record->warnings[2] == "offset 21: second id ignored");
}

TEST_CASE("limits: 4096 octets, 64 fields") {
  std::string fields = "v=STSv1; id=1;";
  for (int i = 1; i < 64; ++i) fields += "a=b;";
  CHECK(parse_sts_record(fields).has_value());
  CHECK(parse_sts_record(fields + "a=b;").error().code == Errc::too_large);

  const std::string begin = "v=STSv1; id=1; a=";
  const std::string longest = begin + std::string(4096 - begin.size(), 'x');
  CHECK(parse_sts_record(longest).has_value());
  CHECK(parse_sts_record(longest + "x").error().code == Errc::too_large);
}
