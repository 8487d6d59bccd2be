// Whatever a datagram holds, what is read of it is within its limits, clean and of one session.
#include "check.h"
#include "wire/tlsrpt_datagram.h"

using namespace strictmx;
using fuzz::check;

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
