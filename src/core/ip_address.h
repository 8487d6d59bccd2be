// core/ip_address.h: an IPv4 or IPv6 address and the rule which ones strangers may make us
// connect to. Source: IANA special-purpose address registries (RFC 6890), RFC 6052 (NAT64).
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strictmx {

class IpAddress {
 public:
  static IpAddress v4(std::array<std::uint8_t, 4> octets);
  static IpAddress v6(std::array<std::uint8_t, 16> octets);
  // Dotted quad or RFC 4291 text, without brackets and zone. Errors: Errc::syntax.
  static Result<IpAddress> parse(std::string_view text);

  bool is_v4() const { return v4_; }
  const std::array<std::uint8_t, 16>& octets() const { return octets_; }  // v4: the first four
  std::string text() const;                                               // RFC 5952 form

  auto operator<=>(const IpAddress&) const = default;

 private:
  IpAddress() = default;
  bool v4_ = true;
  std::array<std::uint8_t, 16> octets_{};
};

// True for addresses of the public Internet: not loopback, private, link-local, shared,
// documentation, benchmarking, multicast, reserved, unique-local, Teredo, NAT64 of local use, nor
// IPv6 outside of 2000::/3. IPv4 inside of mapped, NAT64 and 6to4 addresses is judged as IPv4.
bool is_public(const IpAddress& address);

// Which addresses a connection may go to.
enum class AddressRule : std::uint8_t { public_only, any };
bool may_connect(const IpAddress& address, AddressRule rule);

constexpr std::size_t kMaxAddressesTried = 8;  // of one host
// The first of a host's addresses that may be connected to, in their order.
std::vector<IpAddress> addresses_to_try(std::span<const IpAddress> addresses, AddressRule rule);

}  // namespace strictmx
