// A pattern matches what its text says: compared with the other way of looking at it.
#include <algorithm>
#include <string>

#include "check.h"
#include "core/mx_pattern.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text(data, size);
  const auto blank = std::min(input.find(' '), input.size());
  const auto pattern = MxPattern::parse(input.substr(0, blank));
  if (!pattern) return 0;
  check(MxPattern::parse(pattern->text()).value() == *pattern, "stable");
  const auto host = Domain::parse(input.substr(std::min(blank + 1, input.size())));
  if (!host) return 0;
  const auto& name = host->text();
  const std::string tail = pattern->text().substr(pattern->wildcard() ? 1 : 0);
  const auto labels = [](std::string_view text) {
    return std::count(text.begin(), text.end(), '.');
  };
  const bool expected =
      pattern->wildcard() ? name.ends_with(tail) && labels(name) == labels(tail) : name == tail;
  check(pattern->matches(*host) == expected, "one label for the star, equality without");
  return 0;
}
