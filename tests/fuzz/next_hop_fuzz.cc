// A next-hop never fails to be judged, and its domain alone leads to the same domain.
#include <string>

#include "check.h"
#include "core/next_hop.h"

using namespace strictmx;
using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto key = parse_next_hop(fuzz::text(data, size));
  if (const auto* none = std::get_if<NoPolicyKey>(&key)) {
    check(!describe(*none).empty(), "described");
    return 0;
  }
  const auto& hop = std::get<NextHop>(key);
  check(!hop.domain.single_label(), "at least two labels");
  const bool host = hop.routing == Routing::host;
  const auto again = parse_next_hop(host ? "[" + hop.domain.text() + "]" : hop.domain.text());
  const auto* same = std::get_if<NextHop>(&again);
  check(same != nullptr && same->domain == hop.domain && same->routing == hop.routing, "stable");
  return 0;
}
