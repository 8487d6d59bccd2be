// net/socket_address.h: an endpoint in the form of the system calls. Private to net: it shows
// system headers.
#pragma once
#include <sys/socket.h>

#include <optional>

#include "net/endpoint.h"

namespace strictmx {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const InetEndpoint& inet);
SocketAddress socket_address(const UnixEndpoint& local);
// No address at all: connect(2) and bind(2) refuse it.
SocketAddress socket_address(const HandedOverEndpoint& given);
SocketAddress socket_address(const Endpoint& endpoint);

// What is bound to the address, IPv4, IPv6 or unix with a path; nullopt: anything else.
std::optional<Endpoint> endpoint_of(const sockaddr_storage& storage, socklen_t length);

// AF_INET, AF_INET6 or AF_UNIX.
int family_of(const Endpoint& endpoint);

}  // namespace strictmx
