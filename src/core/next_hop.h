// core/next_hop.h: what an MTA asks for: a next-hop as routing produced it, e.g. "example.com",
// "Example.COM.", "[mx.example.com]:25", "example.com:587", ".example.com", "[192.0.2.1]".
// RFC 8461 §3.4: the policy domain is the next-hop domain; literals have no policy; the port does
// not matter for discovery; there is no parent domain fallback.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/domain.h"

namespace strictmx {

// RFC 5321 §5.1: `mx` looks up MX records; brackets suppress that and name the host itself.
enum class Routing : std::uint8_t { mx, host };

struct NextHop {
  Domain domain;
  Routing routing;
};
// As parse_next_hop() reads it: "example.com" or "[mx.example.com]".
std::string format_next_hop(const NextHop& hop);

// Keys that can have no policy; the answer is "no policy", at once and without any look-up.
enum class NoPolicyKey : std::uint8_t {
  parent,           // ".example.com", the MTA's own walk up the tree
  address_literal,  // "[192.0.2.1]", "192.0.2.1", "[IPv6:2001:db8::1]"
  single_label,     // "localhost"
  malformed,        // no domain name at all
};

using NextHopKey = std::variant<NextHop, NoPolicyKey>;

// Never fails: what is not a next-hop domain is a NoPolicyKey.
NextHopKey parse_next_hop(std::string_view key);

std::string_view describe(NoPolicyKey key);

}  // namespace strictmx
