#include "net/datagram_sender.h"

#include "net/socket_address.h"

namespace strictmx {

DatagramSender::DatagramSender(const std::string& path)
    : path_(path), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

bool DatagramSender::send(std::string_view datagram) {
  const auto where = Endpoint::parse("unix:" + path_);
  if (!where || !fd_) return false;
  auto address = socket_address(*where);
  const auto sent = ::sendto(fd_.get(), datagram.data(), datagram.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT, address.get(), address.length);
  return sent == static_cast<ssize_t>(datagram.size());
}

}  // namespace strictmx
