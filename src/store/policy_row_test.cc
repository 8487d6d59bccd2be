#include "store/policy_row.h"

#include <doctest/doctest.h>

#include <string>

#include "store/test_support.h"

using namespace strictmx;

TEST_CASE("the checksum is the one of docs/formats/policy-store.md") {
  const PolicyRow row{"example.com", "20261124",
                      "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n", 1795500000, 0};
  CHECK(checksum_of(row) == 4035205121990830597);
}

TEST_CASE("the checksum sees every changed octet and every moved border") {
  const std::string domain = "example.com", id = "20261124", body = "mode: enforce";
  const auto sum = checksum_of({domain, id, body, 1795500000, 0});
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = body;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      CHECK(checksum_of({domain, id, damaged, 1795500000, 0}) != sum);
    }
  }
  CHECK(checksum_of({domain, id, body, 1795500001, 0}) != sum);
  CHECK(checksum_of({"example.com2", "0261124", body, 1795500000, 0}) != sum);
}

TEST_CASE("a row that is whole but holds no policy is corrupt") {
  const auto why = [](PolicyRow row) {
    row.checksum = checksum_of(row);
    const auto policy = parse_row(row);
    CHECK(policy.error().code == Errc::corrupt);
    return policy.error().detail;
  };
  const std::string body = make_policy("example.com").body;
  CHECK(why({"Example.com", "1", body, 0, 0}) == "the domain is no domain in lower case");
  CHECK(why({"", "1", body, 0, 0}) == "the domain is no domain in lower case");
  CHECK(why({"example.com", "1", "mode: enforce", 0, 0}).starts_with("the policy is invalid: "));
}

TEST_CASE("a policy survives the way into a row and back") {
  const auto policy = make_policy("example.com");
  const auto back = parse_row(format_row(policy));
  REQUIRE(back.has_value());
  CHECK(back->domain == policy.domain);
  CHECK(back->id == policy.id);
  CHECK(back->body == policy.body);
  CHECK(back->policy.mode == PolicyMode::enforce);
  CHECK(back->policy.max_age == Seconds{604800});
  CHECK(back->policy.mx == policy.policy.mx);
  CHECK(back->fetched_at == policy.fetched_at);
}
