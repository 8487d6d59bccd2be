// net/endpoint.h: where a service listens, as written in the configuration:
//   inet:127.0.0.1:8461   inet:[::1]:8461   inet:0.0.0.0:0   unix:/run/strictmx/policy.sock
//   systemd:policy (a socket of the service manager with FileDescriptorName=policy)
// Hosts are IP addresses, never names: which address a name means may change under a service.
// Port 0 lets the system choose (tests). [::] takes IPv6 only, so that 0.0.0.0 can stand beside.
// Limits: a path has at most 107 octets (sun_path) and is absolute.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "core/ip_address.h"

namespace strictmx {

struct InetEndpoint {
  IpAddress address;
  std::uint16_t port;
  auto operator<=>(const InetEndpoint&) const = default;
};

struct UnixEndpoint {
  std::string path;
  auto operator<=>(const UnixEndpoint&) const = default;
};

// Only to listen on; nobody can connect to a name.
struct HandedOverEndpoint {
  std::string name;
  auto operator<=>(const HandedOverEndpoint&) const = default;
};

struct Endpoint {
  std::variant<InetEndpoint, UnixEndpoint, HandedOverEndpoint> where;

  // Errors: Errc::usage; the detail repeats the text and says what is wrong with it.
  static Result<Endpoint> parse(std::string_view text);

  // The form parse() reads.
  std::string text() const;

  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace strictmx
