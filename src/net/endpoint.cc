#include "net/endpoint.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace strictmx {
namespace {

constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t kMaxName = 255;

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(Errc::usage, fmt::format("\"{}\": {}", text, why));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Result<Endpoint> parse_inet(std::string_view whole, std::string_view rest) {
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return refuse(whole, "the port is missing (inet:HOST:PORT)");
  auto host = rest.substr(0, colon);
  const auto port = parse_port(rest.substr(colon + 1));
  if (!port) return refuse(whole, "the port must be a number from 0 to 65535");
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  auto address = IpAddress::parse(host);
  if (!address) return refuse(whole, "the host must be an IP address");
  if (address->is_v4() == bracketed)
    return refuse(whole, "brackets belong around IPv6 addresses, and only there");
  return Endpoint{InetEndpoint{*address, *port}};
}

Result<Endpoint> parse_unix(std::string_view whole, std::string_view path) {
  if (!path.starts_with('/')) return refuse(whole, "the path must be absolute");
  if (path.find('\0') != std::string_view::npos) return refuse(whole, "the path holds a NUL");
  if (path.size() > kMaxPath)
    return refuse(whole, fmt::format("the path has over {} octets", kMaxPath));
  return Endpoint{UnixEndpoint{std::string(path)}};
}

// As systemd.socket(5) says of FileDescriptorName.
Result<Endpoint> parse_handed_over(std::string_view whole, std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= kMaxName &&
      std::ranges::all_of(name, [](char c) { return c > ' ' && c < 127 && c != ':'; });
  if (!good) return refuse(whole, "systemd: needs the FileDescriptorName of a socket");
  return Endpoint{HandedOverEndpoint{std::string(name)}};
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  constexpr std::string_view kInet = "inet:";
  constexpr std::string_view kUnix = "unix:";
  constexpr std::string_view kHandedOver = "systemd:";
  if (text.starts_with(kInet)) return parse_inet(text, text.substr(kInet.size()));
  if (text.starts_with(kUnix)) return parse_unix(text, text.substr(kUnix.size()));
  if (text.starts_with(kHandedOver))
    return parse_handed_over(text, text.substr(kHandedOver.size()));
  return refuse(text, "must begin with inet:, unix: or systemd:");
}

std::string Endpoint::text() const {
  if (const auto* local = std::get_if<UnixEndpoint>(&where)) return "unix:" + local->path;
  if (const auto* given = std::get_if<HandedOverEndpoint>(&where)) return "systemd:" + given->name;
  const auto& inet = std::get<InetEndpoint>(where);
  const auto host = inet.address.text();
  if (inet.address.is_v4()) return fmt::format("inet:{}:{}", host, inet.port);
  return fmt::format("inet:[{}]:{}", host, inet.port);
}

}  // namespace strictmx
