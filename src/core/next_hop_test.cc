#include "core/next_hop.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "support/vectors.h"

using namespace strictmx;

namespace {

std::string show(const NextHopKey& key) {
  if (const auto* hop = std::get_if<NextHop>(&key)) {
    return (hop->routing == Routing::mx ? "mx " : "host ") + hop->domain.text();
  }
  switch (std::get<NoPolicyKey>(key)) {
    case NoPolicyKey::parent:
      return "parent";
    case NoPolicyKey::address_literal:
      return "address_literal";
    case NoPolicyKey::single_label:
      return "single_label";
    case NoPolicyKey::malformed:
      return "malformed";
  }
  return "";
}

}  // namespace

TEST_CASE("vectors/next_hop.txt (STS-D01 to STS-D07)") {
  for (const auto& row : testing::load_vectors("next_hop.txt")) {
    CAPTURE(row.name);
    CHECK(show(parse_next_hop(row.input)) == row.expect);
  }
}

TEST_CASE("every kind of key without policy is described in its own words") {
  std::set<std::string_view> words;
  for (const auto kind : {NoPolicyKey::parent, NoPolicyKey::address_literal,
                          NoPolicyKey::single_label, NoPolicyKey::malformed}) {
    words.insert(describe(kind));
  }
  CHECK(words.size() == 4);
  CHECK_FALSE(words.contains(""));
}
