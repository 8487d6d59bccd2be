#include "wire/tlsrpt_writer.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

const Domain kDomain = Domain::parse("shop.example").value();
constexpr std::string_view kRecord = "v=TLSRPTv1; rua=mailto:tls@shop.example";

}  // namespace

TEST_CASE("a good session under a policy") {
  const ReportedPolicy policy{
      PolicyType::sts, "shop.example", {"version: STSv1", "mode: enforce"}, {"mx.shop.example"}};
  CHECK(write_tlsrpt_datagram(kDomain, kRecord, policy, std::nullopt) ==
        R"({"dpv":"1","d":"shop.example","pr":"v=TLSRPTv1; rua=mailto:tls@shop.example",)"
        R"("policies":[{"policy-type":2,"policy-domain":"shop.example",)"
        R"("policy-string":["version: STSv1","mode: enforce"],"mx-host":["mx.shop.example"],)"
        R"("t":0,"f":0}]})");
}

TEST_CASE("a failed session without a policy; unknown texts are left out, others escaped") {
  FailureDetails failure;
  failure.type = ResultType::certificate_expired;
  failure.receiving_mx_hostname = "mx.shop.example";
  failure.reason_code = "a \"b\"\n";
  const ReportedPolicy policy{PolicyType::no_policy_found, "shop.example", {}, {}};
  CHECK(write_tlsrpt_datagram(kDomain, kRecord, policy, failure) ==
        R"({"dpv":"1","d":"shop.example","pr":"v=TLSRPTv1; rua=mailto:tls@shop.example",)"
        R"("policies":[{"policy-type":9,"policy-domain":"shop.example",)"
        R"("failure-details":[{"c":204,"n":"mx.shop.example","f":"a \"b\"\n"}],"t":1,"f":1}]})");
}

TEST_CASE("every result type has its number, none twice") {
  std::string seen;
  for (int type = 0; type <= static_cast<int>(ResultType::sts_webpki_invalid); ++type) {
    FailureDetails failure;
    failure.type = static_cast<ResultType>(type);
    const std::string text = write_tlsrpt_datagram(
        kDomain, kRecord, ReportedPolicy{PolicyType::tlsa, "mx.shop.example", {}, {}}, failure);
    const std::string number = text.substr(text.find("\"c\":") + 4, 3);
    CHECK(seen.find(number) == std::string::npos);
    seen += number + " ";
  }
  CHECK(seen == "201 202 204 203 205 304 305 306 301 302 303 ");
}
