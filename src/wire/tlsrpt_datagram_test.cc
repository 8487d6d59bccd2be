#include "wire/tlsrpt_datagram.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "support/vectors.h"

namespace strictmx {

namespace {

std::string describe(const FailureDetails& details) {
  return std::string(name_of(details.type)) + "(" +
         join({details.sending_mta_ip, details.receiving_mx_hostname, details.receiving_mx_helo,
               details.receiving_ip, details.additional_information, details.reason_code},
              ",") +
         ")";
}

std::string describe(const PolicyResults& results) {
  std::string text = std::string(name_of(results.policy.type)) + " " + results.policy.domain;
  if (results.policy.type != PolicyType::no_policy_found) {
    text += " " + std::to_string(results.policy.strings.size()) + " lines";
  }
  if (results.policy.type == PolicyType::sts) {
    text += " " + std::to_string(results.policy.mx_hosts.size()) + " mx";
  }
  text += " " + std::to_string(results.successes) + "/" + std::to_string(results.failures);
  for (const auto& failure : results.details) {
    CHECK(failure.sessions == 1);
    text += " " + describe(failure.details);
  }
  return text;
}

// The form of tests/vectors/README.md.
std::string describe(const std::expected<TlsrptDatagram, DatagramFault>& parsed) {
  if (!parsed) return "malformed " + std::string(name_of(parsed.error()));
  std::string text = "ok " + parsed->results.domain.text() + ":";
  for (const auto& policy : parsed->results.policies) {
    text += (&policy == &parsed->results.policies.front() ? " " : "; ") + describe(policy);
  }
  if (parsed->flaw) text += " flaw=" + std::string(name_of(*parsed->flaw));
  return text;
}

std::string with_policies(const std::string& policies) {
  return R"({"d":"shop.example","policies":[)" + policies + "]}";
}

}  // namespace

TEST_CASE("datagrams of tests/vectors/tlsrpt_datagram.txt (RPT-C01 to RPT-C05)") {
  for (const auto& row : testing::load_vectors("tlsrpt_datagram.txt")) {
    CAPTURE(row.name);
    CHECK(describe(parse_tlsrpt_datagram(row.input)) == row.expect);
  }
}

TEST_CASE("the policy and the record are kept as they are") {
  const auto parsed = parse_tlsrpt_datagram(
      R"({"d": "shop.example","pr": "v=TLSRPTv1; rua=mailto:a@\"b\"","policies":[)"
      R"({"policy-type":2,"policy-string":["version: STSv1","mode: testing"],)"
      R"("mx-host":["mx.shop.example","*.x"],"t":0,"f":0}]})");
  REQUIRE(parsed);
  CHECK(parsed->results.record == "v=TLSRPTv1; rua=mailto:a@\"b\"");
  CHECK(parsed->results.policies.at(0).policy == ReportedPolicy{PolicyType::sts,
                                                                "shop.example",
                                                                {"version: STSv1", "mode: testing"},
                                                                {"mx.shop.example", "*.x"}});
}

TEST_CASE("however much a datagram holds, what is kept of it is bounded") {
  const std::string good = R"({"policy-type":9,"f":0})";
  std::string many = good;
  for (std::size_t i = 1; i < kMaxDatagramPolicies; ++i) many += "," + good;
  CHECK(!parse_tlsrpt_datagram(with_policies(many))->flaw);
  const auto more = parse_tlsrpt_datagram(with_policies(many + "," + good));
  REQUIRE(more);
  CHECK(more->flaw == DatagramFault::too_many);
  CHECK(more->results.policies.size() == kMaxDatagramPolicies);

  std::string failures = R"({"c":204})";
  for (std::size_t i = 0; i < kMaxDatagramFailures; ++i) failures += R"(,{"c":204})";
  const auto failing = parse_tlsrpt_datagram(
      with_policies(R"({"policy-type":9,"f":1,"failure-details":[)" + failures + "]}"));
  REQUIRE(failing);
  CHECK(failing->flaw == DatagramFault::too_many);
  CHECK(failing->results.policies.at(0).details.size() == kMaxDatagramFailures);

  std::string lines = R"("line")";
  for (std::size_t i = 0; i < kMaxPolicyStrings; ++i) lines += R"(,"line")";
  const auto long_policy = parse_tlsrpt_datagram(with_policies(
      R"({"policy-type":2,"f":0,"policy-string":[)" + lines + R"(],"mx-host":[)" + lines + "]}"));
  REQUIRE(long_policy);
  CHECK(long_policy->results.policies.at(0).policy.strings.size() == kMaxPolicyStrings);
  CHECK(long_policy->results.policies.at(0).policy.mx_hosts.size() == kMaxPolicyMxHosts);

  const auto long_helo = parse_tlsrpt_datagram(
      with_policies(R"({"policy-type":9,"f":1,"failure-details":[{"c":205,"h":")" +
                    std::string(3000, 'x') + R"("}]})"));
  REQUIRE(long_helo);
  CHECK(long_helo->results.policies.at(0).details.at(0).details.receiving_mx_helo.size() ==
        kMaxHostBytes);
}

TEST_CASE("sizes and depths at their limits") {
  const std::string head = R"({"d":"shop.example","policies":[{"policy-type":9,"f":0}],"x":")";
  const auto sized = [&](std::size_t size) {
    return head + std::string(size - head.size() - 2, 'x') + "\"}";
  };
  CHECK(parse_tlsrpt_datagram(sized(kMaxDatagramBytes)));
  CHECK(parse_tlsrpt_datagram(sized(kMaxDatagramBytes + 1)).error() == DatagramFault::too_large);
  const auto nested = [](int depth) {
    return R"({"d":"shop.example","policies":[{"policy-type":9,"f":0}],"x":)" +
           std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  CHECK(parse_tlsrpt_datagram(nested(15)));
  CHECK(parse_tlsrpt_datagram(nested(16)).error() == DatagramFault::too_deep);
  CHECK(parse_tlsrpt_datagram(std::string(100000, '[')).error() == DatagramFault::too_deep);
  CHECK(parse_tlsrpt_datagram(R"({"x":)" + std::string(100000, '{')).error() ==
        DatagramFault::syntax);
}

TEST_CASE("every beginning of a datagram is read without harm") {
  for (const auto& row : testing::load_vectors("tlsrpt_datagram.txt")) {
    CAPTURE(row.name);
    const bool object = row.input.starts_with("{");
    for (std::size_t size = 0; object && size + 3 < row.input.size(); ++size) {
      CHECK(!parse_tlsrpt_datagram(std::string(row.input, 0, size)));
    }
  }
}

}  // namespace strictmx
