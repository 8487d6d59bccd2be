#include "core/result_type.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "core/dns_answer.h"

using namespace strictmx;

namespace {

template <class Enum>
std::set<std::string> all_names(Enum last) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    names.emplace(name_of(static_cast<Enum>(i)));
  }
  return names;
}

}  // namespace

TEST_CASE("the result types are the eleven registered words") {
  CHECK(all_names(ResultType::sts_webpki_invalid) ==
        std::set<std::string>{
            "starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
            "certificate-not-trusted", "validation-failure", "tlsa-invalid", "dnssec-invalid",
            "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"});
}

TEST_CASE("a bad certificate of the policy host is its own result type (STS-F03, STS-A08)") {
  for (int i = 0; i <= static_cast<int>(FetchStatus::overloaded); ++i) {
    const auto status = static_cast<FetchStatus>(i);
    CAPTURE(name_of(status));
    const bool certificate = name_of(status).starts_with("certificate_");
    CHECK(result_type_of(status) ==
          (certificate ? ResultType::sts_webpki_invalid : ResultType::sts_policy_fetch_error));
  }
}

TEST_CASE("outcomes have a name each, for metrics and logs") {
  const auto fetch = all_names(FetchStatus::overloaded);
  CHECK(fetch.size() == 18);
  CHECK_FALSE(fetch.contains("unknown"));
  CHECK(fetch.contains("ok"));
  CHECK(fetch.contains("certificate_untrusted"));
  const auto dns = all_names(DnsStatus::timeout);
  CHECK(dns ==
        std::set<std::string>{"found", "no_data", "no_name", "servfail", "bogus", "timeout"});
}

TEST_CASE("absence is an answer, failures are not (STS-R14)") {
  CHECK_FALSE(is_failure(DnsStatus::found));
  CHECK_FALSE(is_failure(DnsStatus::no_data));
  CHECK_FALSE(is_failure(DnsStatus::no_name));
  CHECK(is_failure(DnsStatus::servfail));
  CHECK(is_failure(DnsStatus::bogus));
  CHECK(is_failure(DnsStatus::timeout));
}
