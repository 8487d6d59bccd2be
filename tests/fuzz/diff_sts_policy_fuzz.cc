// Our reader of the policy file and the naive one say the same.
#include <string>

#include "check.h"
#include "core/sts_policy.h"
#include "forms.h"
#include "naive.h"

using namespace strictmx;
using fuzz::check;

constexpr std::size_t kMost = 300;  // octets

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kPolicyForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMost) return 0;
  const auto body = fuzz::text(data, size);
  const auto expected = naive::read_sts_policy(body);
  const auto parsed = parse_policy(body);
  check(parsed.has_value() == expected.has_value(), "valid or not");
  if (!parsed) return 0;
  naive::StsPolicy policy{std::string(name_of(parsed->policy.mode)),
                          static_cast<std::uint64_t>(parsed->policy.max_age.count()),
                          {}};
  for (const auto& pattern : parsed->policy.mx) policy.mx.push_back(pattern.text());
  check(policy == *expected, "the same policy");
  return 0;
}
