#include "store/unsaved_policies.h"

#include <doctest/doctest.h>

#include "store/test_support.h"

using namespace strictmx;

namespace {

Domain domain(const char* name) { return Domain::parse(name).value(); }

std::vector<std::string> ids(const UnsavedPolicies& unsaved) {
  std::vector<std::string> all;
  for (const auto& policy : unsaved.some(kMaxUnsaved).policies) all.push_back(policy.id);
  return all;
}

}  // namespace

TEST_CASE("of a domain the policy of the last turn is kept, in whatever order they come") {
  UnsavedPolicies unsaved;
  CHECK(unsaved.keep(make_policy("a.example", "1"), 1));
  CHECK(unsaved.keep(make_policy("a.example", "3"), 3));
  CHECK(unsaved.keep(make_policy("a.example", "2"), 2));
  CHECK(ids(unsaved) == std::vector<std::string>{"3"});
}

TEST_CASE("an erase drops what came before it only") {
  UnsavedPolicies unsaved;
  unsaved.keep(make_policy("a.example", "1"), 1);
  unsaved.drop(domain("a.example"), 2);
  CHECK(unsaved.size() == 0);
  unsaved.keep(make_policy("a.example", "3"), 3);
  unsaved.drop(domain("a.example"), 2);
  unsaved.drop(domain("b.example"), 9);
  CHECK(ids(unsaved) == std::vector<std::string>{"3"});
}

TEST_CASE("what was replaced while it was written stays") {
  UnsavedPolicies unsaved;
  unsaved.keep(make_policy("a.example", "1"), 1);
  unsaved.keep(make_policy("b.example", "2"), 2);
  const auto part = unsaved.some(10);
  CHECK(part.policies.size() == 2);
  unsaved.keep(make_policy("b.example", "3"), 3);
  unsaved.saved(part);
  CHECK(ids(unsaved) == std::vector<std::string>{"3"});
}

TEST_CASE("there is a limit, beyond which known domains are still renewed") {
  UnsavedPolicies unsaved;
  auto policy = make_policy("a.example");
  for (std::size_t i = 0; i < kMaxUnsaved; ++i) {
    policy.domain = domain(("d" + std::to_string(i) + ".example").c_str());
    REQUIRE(unsaved.keep(policy, i + 1));
  }
  CHECK(!unsaved.keep(make_policy("more.example"), kMaxUnsaved + 1));
  CHECK(unsaved.keep(make_policy("d7.example", "new"), kMaxUnsaved + 2));
  CHECK(unsaved.size() == kMaxUnsaved);
}
