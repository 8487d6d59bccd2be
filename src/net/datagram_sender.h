// net/datagram_sender.h: datagrams to a unix socket of another program. Never waits: what does not
// fit into the receiver's queue is lost, as with libtlsrpt. The receiver may come and go.
#pragma once
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace strictmx {

class DatagramSender {
 public:
  // `path` as in net/endpoint: absolute, at most 107 octets; else nothing is ever sent.
  explicit DatagramSender(const std::string& path);

  // False: nobody is there, or the queue is full.
  bool send(std::string_view datagram);

 private:
  std::string path_;
  Descriptor fd_;
};

}  // namespace strictmx
