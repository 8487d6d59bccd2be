#include "core/host_demand.h"

#include <doctest/doctest.h>

using namespace strictmx;

TEST_CASE(
    "what each verdict means for one connection (RFC 8461 §5, RFC 7672 §2.2, RFC 8689 §4.2.1)") {
  struct Row {
    HostVerdict verdict;
    bool allowed;
    TlsDemand tls;
    bool requiretls;
  };
  const Row rows[] = {
      {HostVerdict::none, true, TlsDemand::opportunistic, false},
      {HostVerdict::sts_testing, true, TlsDemand::opportunistic, false},
      {HostVerdict::sts_enforce, true, TlsDemand::pkix, true},
      {HostVerdict::sts_unlisted, false, TlsDemand::pkix, false},
      {HostVerdict::dane, true, TlsDemand::dane, true},
      {HostVerdict::dane_encrypt, true, TlsDemand::encrypt, false},
      {HostVerdict::dane_failed, false, TlsDemand::dane, false},
  };
  for (const auto& row : rows) {
    CAPTURE(name_of(row.verdict));
    CHECK(may_use(row.verdict) == row.allowed);
    CHECK(tls_demand(row.verdict) == row.tls);
    CHECK(has_requiretls_path(row.verdict) == row.requiretls);
  }
}

TEST_CASE("a host that the look-up did not see is judged by the rule for the domain") {
  const Domain host = Domain::parse("new.example.com").value();
  DomainVerdict verdict;
  verdict.hosts = {{"mx.example.com", HostVerdict::dane}};
  const auto judged = [&](DomainRule rule) {
    verdict.rule = rule;
    return find_verdict(verdict, host);
  };
  CHECK(judged(DomainRule::none) == HostVerdict::none);
  CHECK(judged(DomainRule::testing) == HostVerdict::sts_testing);
  for (const auto rule : {DomainRule::dane, DomainRule::dane_some, DomainRule::defer,
                          DomainRule::enforce, DomainRule::enforce_pattern}) {
    CHECK_FALSE(judged(rule));  // without a policy nothing can be said
  }
  CHECK(find_verdict(verdict, Domain::parse("MX.example.com").value()) == HostVerdict::dane);
}
