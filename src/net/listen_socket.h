// net/listen_socket.h: makes the bound and listening descriptor of an endpoint, or takes that of
// the service manager, and takes an own file away again. Private to net: included by
// stream_listener.cc and acceptor.h only.
#pragma once
#include <sys/types.h>

#include "base/descriptor.h"
#include "base/result.h"
#include "net/endpoint.h"

namespace strictmx {

constexpr int kListenBacklog = 4096;

// Owns the descriptor and, for unix sockets, the file: the destructor closes the one and removes
// the other, if it is still the file made here.
class ListenSocket {
 public:
  // A socket that the service manager hands over for this endpoint is taken instead of making one;
  // permissions and file are the manager's then, and local() is where it is bound.
  // Errors: Errc::io; the detail begins with the endpoint's text. Errc::usage (net/handed_over).
  static Result<ListenSocket> open(const Endpoint& endpoint, unsigned unix_mode);
  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  int descriptor() const { return descriptor_.get(); }
  const Endpoint& local() const { return local_; }

 private:
  ListenSocket(Descriptor descriptor, Endpoint endpoint);
  static Result<ListenSocket> take(Descriptor descriptor);  // one that was handed over
  Result<void> bind_inet(const InetEndpoint& inet);
  Result<void> bind_unix(const UnixEndpoint& local, unsigned mode);
  std::unexpected<Error> failed(int error) const;

  Descriptor descriptor_;
  Endpoint local_;
  bool owns_file_ = false;
  dev_t file_device_ = 0;
  ino_t file_inode_ = 0;
};

// True for errors of accept(2) that are about the connection that was to be accepted, not about the
// listening socket or the process.
bool concerns_peer(int error);

}  // namespace strictmx
