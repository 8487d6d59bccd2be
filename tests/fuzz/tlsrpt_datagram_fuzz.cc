// Whatever a datagram holds, what is read of it is within its limits, clean and of one session.
#include "check.h"
#include "mutator.h"
#include "wire/tlsrpt_datagram.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kWords[] = {"{}",
                                       "[]",
                                       "null",
                                       "-1",
                                       "1e400",
                                       "18446744073709551616",
                                       "\"\\ud83d\\ude00\"",
                                       "\"dpv\":\"1\"",
                                       "\"d\":\"a.example\"",
                                       "\"pr\":\"v=TLSRPTv1; rua=mailto:a@b.example\"",
                                       "\"policy-type\":2",
                                       "\"policy-domain\":\"a.example\"",
                                       "\"policy-string\":[\"3 1 1 00\"]",
                                       "\"mx-host\":[\"*.a\"]",
                                       "\"failure-details\":[{\"c\":205}]",
                                       "\"s\":\"192.0.2.1\"",
                                       "\"n\":\"mx\"",
                                       "\"h\":\"250-a\\r\\n\"",
                                       "\"r\":\"::1\"",
                                       "\"f\":\"why\"",
                                       "\"t\":1",
                                       "\"f\":0",
                                       "\"policies\":[{\"policy-type\":9,\"f\":0}]"};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_json({data, size, max_size, seed}, kWords);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string octets(fuzz::text(data, size));  // on the heap: overruns are found
  const auto parsed = parse_tlsrpt_datagram(octets);
  if (!parsed) {
    check(!name_of(parsed.error()).empty(), "a fault has a name");
    return 0;
  }
  const auto& results = parsed->results;
  check(!results.policies.empty() && results.policies.size() <= kMaxDatagramPolicies, "policies");
  check(bounded_record(results.record) == results.record, "the record is clean");
  for (const auto& policy : results.policies) {
    check(policy.successes + policy.failures == 1, "one session");
    check(policy.details.size() <= kMaxDatagramFailures, "failures");
    ReportedPolicy again = policy.policy;
    bound(again);
    check(again == policy.policy, "the policy is clean");
    check(!policy.policy.domain.empty(), "a policy has a domain");
    for (const auto& failure : policy.details) {
      check(failure.sessions == 1, "one failure");
      check(failure.details.reason_code.size() <= kMaxReasonBytes, "reason");
      check(failure.details.receiving_mx_helo.size() <= kMaxHostBytes, "helo");
      check(failure.details.receiving_mx_helo.find_first_of("\r\n ") == std::string::npos, "helo");
    }
  }
  return 0;
}
