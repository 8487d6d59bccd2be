// A policy that was read and written out again is the same policy, and whatever it holds, the
// answer made of it keeps to its grammar.
#include <string>

#include <fmt/format.h>

#include "check.h"
#include "core/lint.h"
#include "core/mta_answer.h"
#include "forms.h"

using namespace strictmx;
using fuzz::check;

namespace {

constexpr std::string_view kNameChars = "abcdefghijklmnopqrstuvwxyz0123456789-.";

void check_answer(const KnownPolicy& known) {
  const auto answer = format_postfix_answer(decide_with_policy(known, std::nullopt));
  check(socketmap_payload(answer).size() <= 100000, "an answer has at most 100000 octets");
  if (answer.status != MtaStatus::ok) return;
  std::string_view names = answer.data;
  check(names.starts_with("secure match=") && names.ends_with(" servername=hostname"), "frame");
  names.remove_prefix(13);
  names.remove_suffix(20);
  while (!names.empty()) {
    const auto name = names.substr(0, names.find(':'));
    check(!name.empty() && name.find_first_not_of(kNameChars) == name.npos, "only host names");
    check(name != "hostname" && name != "nexthop" && name != "dot-nexthop", "no keyword");
    names.remove_prefix(std::min(names.size(), name.size() + 1));
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  return fuzz::mutate_pieces({data, size, max_size, seed}, fuzz::kPolicyForm);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text(data, size);
  const auto parsed = parse_policy(input);
  check(lint_policy(input).valid == parsed.has_value(), "lint agrees with the parser");
  if (!parsed) return 0;
  const auto& policy = parsed->policy;
  std::string body = fmt::format("version: STSv1\r\nmode: {}\r\nmax_age: {}\r\n",
                                 name_of(policy.mode), policy.max_age.count());
  for (const auto& pattern : policy.mx) body += fmt::format("mx: {}\r\n", pattern.text());
  if (body.size() <= kMaxPolicyBytes) {
    const auto again = parse_policy(body);
    check(again && again->warnings.empty(), "own policies are flawless");
    check(again->policy.mode == policy.mode && again->policy.max_age == policy.max_age &&
              again->policy.mx == policy.mx,
          "stable");
  }
  check_answer(KnownPolicy{Domain::parse("example.com").value(), "1", body, policy, WallTime{}});
  return 0;
}
