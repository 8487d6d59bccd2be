// net/handed_over.h: sockets that the service manager made and hands over: sd_listen_fds(3), that
// is $LISTEN_PID, $LISTEN_FDS, $LISTEN_FDNAMES and descriptors from 3 on. They outlive us: what
// comes while the daemon restarts waits in them.
// Whoever takes one owns the descriptor; each is meant for one owner. Taken are those with
// close-on-exec. Limit: 64 sockets, further ones are not looked at.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strictmx {

struct SocketAddress;

// The socket with FileDescriptorName=`name`; `type`: SOCK_STREAM (listening) or SOCK_DGRAM (unix).
// Errors: Errc::usage: none of that name, or several (each needs a name of its own).
Result<int> take_handed_over(std::string_view name, int type);

// The one bound to `address`, whatever its name; nullopt: there is none.
std::optional<int> find_handed_over(const SocketAddress& address, int type);

// Names of those that nobody has taken: whoever connects there waits for nothing.
std::vector<std::string> unused_handed_over();

}  // namespace strictmx
