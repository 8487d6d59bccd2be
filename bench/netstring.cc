#include "bench/netstring.h"

#include <fmt/core.h>

namespace strictmx::bench {

Frame take_netstring(std::string_view& input) {
  constexpr std::size_t kMaxDigits = 6;
  std::size_t length = 0;
  std::size_t at = 0;
  while (at < input.size() && input[at] >= '0' && input[at] <= '9') {
    if (at == kMaxDigits || (at == 1 && input[0] == '0')) return {FrameState::broken, {}};
    length = length * 10 + static_cast<std::size_t>(input[at] - '0');
    ++at;
  }
  if (at == input.size()) return {FrameState::partial, {}};
  if (at == 0 || input[at] != ':') return {FrameState::broken, {}};
  ++at;
  if (input.size() <= at + length) return {FrameState::partial, {}};
  if (input[at + length] != ',') return {FrameState::broken, {}};
  const std::string_view payload = input.substr(at, length);
  input.remove_prefix(at + length + 1);
  return {FrameState::complete, payload};
}

std::string make_netstring(std::string_view payload) {
  return fmt::format("{}:{},", payload.size(), payload);
}

}  // namespace strictmx::bench
