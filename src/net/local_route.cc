#include "net/local_route.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/descriptor.h"

namespace strictmx {
namespace {

// Connecting a datagram socket only looks the route up.
bool routed(int family, const sockaddr* address, socklen_t length) {
  const Descriptor fd(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return fd && ::connect(fd.get(), address, length) == 0;
}

}  // namespace

bool has_route(AddressFamily family) {
  constexpr std::uint16_t kAnyPort = 53;
  if (family == AddressFamily::v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(kAnyPort);
    ::inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);  // documentation: no host of anybody
    return routed(AF_INET, reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(kAnyPort);
  ::inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  return routed(AF_INET6, reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

}  // namespace strictmx
