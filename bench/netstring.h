// bench/netstring.h: the framing both sides of the benchmark speak, "5:hello,", read from the
// front of a buffer. Written apart from wire/netstring so that the load generator can contradict
// it. Limit: a length has at most 6 digits and no leading zero, except "0" itself.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strictmx::bench {

enum class FrameState : std::uint8_t {
  complete,  // one netstring was removed from the input
  partial,   // the input is the beginning of one; nothing was removed
  broken,    // the input cannot become one
};

struct Frame {
  FrameState state;
  std::string_view payload;  // into the input; empty unless complete
};

Frame take_netstring(std::string_view& input);

std::string make_netstring(std::string_view payload);

}  // namespace strictmx::bench
