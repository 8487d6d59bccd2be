// net/stream_socket.h: what is behind ByteStream. Private to net: included by byte_stream.cc and
// stream_listener.cc only.
#pragma once
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/intrusive/list.hpp>
#include <cstdint>

#include "net/asio.h"

namespace strictmx {

// The hook takes the socket out of its listener's list when either of both is destroyed.
using SweepHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

struct StreamSocket : SweepHook {
  // The concrete executor type keeps each operation free of type erasure on the reactor's side.
  using Socket =
      asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

  explicit StreamSocket(asio::io_context& io) : socket(io) {}

  Socket socket;
  bool cancelled = false;
  std::uint32_t activity = 0;        // counts operations that moved octets; may wrap
  std::uint32_t swept_activity = 0;  // as the sweep saw it last
  unsigned quiet_sweeps = 0;         // consecutive sweeps without a change
};

using SweepList = boost::intrusive::list<StreamSocket, boost::intrusive::constant_time_size<false>>;

}  // namespace strictmx
