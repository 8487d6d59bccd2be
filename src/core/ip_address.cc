#include "core/ip_address.h"

#include <arpa/inet.h>
#include <algorithm>

#include <fmt/format.h>

namespace strictmx {

namespace {

using Octets4 = std::array<std::uint8_t, 4>;
using Octets16 = std::array<std::uint8_t, 16>;

// True when the first `bits` of both are equal.
bool in_prefix(const std::uint8_t* address, const std::uint8_t* prefix, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(address, address + whole, prefix)) return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xff00U >> (bits % 8);
  return ((address[whole] ^ prefix[whole]) & mask & 0xff) == 0;
}

struct Prefix4 {
  Octets4 address;
  unsigned bits;
};

// IANA IPv4 Special-Purpose Address Registry (RFC 6890 §2.2.2) as of 2026, multicast included.
// Left out as reachable by everyone: 192.31.196.0/24, 192.52.193.0/24, 192.175.48.0/24.
constexpr Prefix4 kSpecial4[] = {
    {{0, 0, 0, 0}, 8},        // "this network"
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared, carrier NAT
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local, cloud metadata
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // IETF protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // 6to4 relays, deprecated
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // benchmarking
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, limited broadcast
};

struct Prefix6 {
  Octets16 address;
  unsigned bits;
};

// RFC 4291 §2.4: the only unicast space handed out. All outside of it (loopback, unique-local,
// link-local, multicast, 100::/64, 5f00::/16, what is not assigned yet) is not public.
constexpr Prefix6 kGlobalUnicast = {{0x20}, 3};

// IANA IPv6 Special-Purpose Address Registry (RFC 6890 §2.2.3) as of 2026, inside 2000::/3.
constexpr Prefix6 kSpecial6[] = {
    {{0x20, 0x01}, 23},              // IETF protocol assignments, Teredo, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff}, 20},              // documentation
};

// Prefixes with an IPv4 address inside, which is the one that packets reach.
struct Embedding {
  Prefix6 prefix;
  std::size_t at;  // offset of the IPv4 address
};
constexpr Embedding kEmbeddings[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped, RFC 4291 §2.5.5.2
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64, RFC 6052 §2.1
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4, RFC 3056 §2
};

bool is_public_v4(const std::uint8_t* address) {
  return std::none_of(std::begin(kSpecial4), std::end(kSpecial4), [&](const Prefix4& special) {
    return in_prefix(address, special.address.data(), special.bits);
  });
}

bool is_public_v6(const Octets16& address) {
  const auto inside = [&](const Prefix6& prefix) {
    return in_prefix(address.data(), prefix.address.data(), prefix.bits);
  };
  for (const auto& embedding : kEmbeddings) {
    if (inside(embedding.prefix)) return is_public_v4(address.data() + embedding.at);
  }
  return inside(kGlobalUnicast) && std::none_of(std::begin(kSpecial6), std::end(kSpecial6), inside);
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
  IpAddress address;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
  IpAddress address;
  address.v4_ = false;
  address.octets_ = octets;
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text.substr(0, INET6_ADDRSTRLEN));
  Octets4 four{};
  Octets16 six{};
  if (text.size() < INET6_ADDRSTRLEN && text.find('\0') == std::string_view::npos) {
    if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return v4(four);
    if (inet_pton(AF_INET6, terminated.c_str(), six.data()) == 1) return v6(six);
  }
  return fail(Errc::syntax, "offset 0: no IP address");
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(v4_ ? AF_INET : AF_INET6, octets_.data(), buffer.data(), buffer.size());
  return buffer.data();
}

bool is_public(const IpAddress& address) {
  return address.is_v4() ? is_public_v4(address.octets().data()) : is_public_v6(address.octets());
}

bool may_connect(const IpAddress& address, AddressRule rule) {
  switch (rule) {
    case AddressRule::public_only:
      return is_public(address);
    case AddressRule::any:
      return true;
  }
  return false;
}

std::vector<IpAddress> addresses_to_try(std::span<const IpAddress> addresses, AddressRule rule) {
  std::vector<IpAddress> chosen;
  for (const auto& address : addresses) {
    if (chosen.size() < kMaxAddressesTried && may_connect(address, rule)) chosen.push_back(address);
  }
  return chosen;
}

}  // namespace strictmx
