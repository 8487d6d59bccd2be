#include "net/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <variant>

namespace strictmx {

SocketAddress socket_address(const InetEndpoint& inet) {
  SocketAddress result;
  const auto& octets = inet.address.octets();
  if (inet.address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(result.storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(inet.port);
    std::memcpy(&v4.sin_addr, octets.data(), sizeof v4.sin_addr);
    result.length = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(result.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(inet.port);
    std::memcpy(&v6.sin6_addr, octets.data(), sizeof v6.sin6_addr);
    result.length = sizeof v6;
  }
  return result;
}

SocketAddress socket_address(const UnixEndpoint& local) {
  SocketAddress result;
  auto& address = reinterpret_cast<sockaddr_un&>(result.storage);
  address.sun_family = AF_UNIX;
  std::ranges::copy(local.path, address.sun_path);
  result.length = sizeof address;
  return result;
}

SocketAddress socket_address(const HandedOverEndpoint&) { return {}; }

SocketAddress socket_address(const Endpoint& endpoint) {
  return std::visit([](const auto& where) { return socket_address(where); }, endpoint.where);
}

std::optional<Endpoint> endpoint_of(const sockaddr_storage& storage, socklen_t length) {
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    char text[INET_ADDRSTRLEN] = "";
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return Endpoint{InetEndpoint{*IpAddress::parse(text), ntohs(v4.sin_port)}};
  }
  if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    const auto address = IpAddress::parse(text);
    if (!address) return std::nullopt;
    return Endpoint{InetEndpoint{*address, ntohs(v6.sin6_port)}};
  }
  if (storage.ss_family != AF_UNIX) return std::nullopt;
  const auto& local = reinterpret_cast<const sockaddr_un&>(storage);
  const std::size_t size = length - offsetof(sockaddr_un, sun_path);
  const std::string path(local.sun_path, ::strnlen(local.sun_path, size));
  if (path.empty()) return std::nullopt;
  return Endpoint{UnixEndpoint{path}};
}

int family_of(const Endpoint& endpoint) {
  const auto* inet = std::get_if<InetEndpoint>(&endpoint.where);
  if (inet == nullptr) return AF_UNIX;
  return inet->address.is_v4() ? AF_INET : AF_INET6;
}

}  // namespace strictmx
