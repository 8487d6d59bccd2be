// Our patterns match the same hosts as the naive ones. Input: pattern, a blank, host.
#include <algorithm>

#include "check.h"
#include "core/mx_pattern.h"
#include "naive.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text(data, size);
  const auto blank = std::min(input.find(' '), input.size());
  const auto text = input.substr(0, blank);
  const auto name = input.substr(std::min(blank + 1, input.size()));
  const auto pattern = MxPattern::parse(text);
  const auto host = Domain::parse_ascii(name);
  check(pattern.has_value() == naive::is_mx_pattern(text), "a pattern or none");
  check(host.has_value() == naive::is_domain(name), "a domain or none");
  if (!pattern || !host) return 0;
  check(pattern->matches(*host) == naive::mx_matches(text, name), "the same hosts");
  return 0;
}
