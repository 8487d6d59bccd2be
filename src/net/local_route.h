// net/local_route.h: whether this machine could reach the Internet by one family of addresses, by
// its own routes alone: nothing is sent.
#pragma once
#include <cstdint>

namespace strictmx {

enum class AddressFamily : std::uint8_t { v4, v6 };

// False is certain: there is no address or no route. True is only a hope.
bool has_route(AddressFamily family);

}  // namespace strictmx
