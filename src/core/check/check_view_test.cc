#include "core/check/check_view.h"

#include <doctest/doctest.h>

#include "core/check/test_check_facts.h"

namespace strictmx {

namespace {

PublishedMode mode_after(void (*change)(CheckFacts& facts)) {
  auto facts = good_domain();
  change(facts);
  return CheckView(facts).mode;
}

}  // namespace

TEST_CASE("a policy counts when record, fetch and body are good") {
  CHECK(mode_after([](CheckFacts&) {}) == PublishedMode::enforce);
  CHECK(mode_after([](CheckFacts& f) { f.sts_txt = txt_with("x", {}); }) == PublishedMode::nothing);
  CHECK(mode_after([](CheckFacts& f) {
          f.sts_txt = txt_with("x", {"v=STSv1; id=1a;", "v=STSv1; id=2a;"});
        }) == PublishedMode::nothing);
  CHECK(mode_after([](CheckFacts& f) {
          f.policy_host.outcome = {FetchStatus::redirected, {}, {}};
        }) == PublishedMode::nothing);
  CHECK(mode_after([](CheckFacts& f) { f.policy_host.fetched = false; }) == PublishedMode::nothing);
  CHECK(mode_after([](CheckFacts& f) { set_policy(f, "version: STSv1\nmode: enforce\n"); }) ==
        PublishedMode::nothing);
  CHECK(mode_after([](CheckFacts& f) {
          set_policy(f, "version: STSv1\nmode: none\nmax_age: 86400\n");
        }) == PublishedMode::none);
}

TEST_CASE("what a policy that no sender accepts was meant to be") {
  auto facts = good_domain();
  facts.policy_host.outcome = {FetchStatus::certificate_expired, {}, {}};
  const CheckView view(facts);
  CHECK_FALSE(view.policy);
  REQUIRE(view.body);
  CHECK(*view.body == good_policy());
  CHECK(view.meant_to_enforce());
  CHECK(view.covers(facts.hosts[0]));
}

TEST_CASE("an answer that is no policy file gives no body") {
  for (const auto& spoil :
       {+[](HttpFacts& http) { http.status = 404; },
        +[](HttpFacts& http) { http.end = HttpEnd::truncated; },
        +[](HttpFacts& http) { http.fields = {{"content-encoding", "gzip"}}; }}) {
    auto facts = good_domain();
    facts.policy_host.outcome = {FetchStatus::media_type, {}, {}};
    for (auto& address : facts.policy_host.addresses) spoil(address.http);
    const CheckView view(facts);
    CHECK_FALSE(view.body);
    CHECK_FALSE(view.scan);
    CHECK_FALSE(view.meant_to_enforce());
    CHECK_FALSE(view.covers(facts.hosts[0]));
  }
}

TEST_CASE("a host is covered by a pattern, never by its looks") {
  auto facts = good_domain();
  facts.hosts[1].host.reset();
  const CheckView view(facts);
  CHECK(view.covers(facts.hosts[0]));
  CHECK_FALSE(view.covers(facts.hosts[1]));
}

}  // namespace strictmx
