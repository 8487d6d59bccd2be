// net/unbound_loop.h: lets libunbound wait for its sockets and timers in our io_context, by the
// pluggable event interface of unbound-event.h. Private to net.
#pragma once
#include <memory>

#include "net/asio.h"

struct ub_event_base;

namespace strictmx {

// Must outlive the ub_ctx made with it (ub_ctx_create_ub_event), and die before the io_context.
class UnboundLoop {
 public:
  explicit UnboundLoop(asio::io_context& io);
  UnboundLoop(const UnboundLoop&) = delete;
  UnboundLoop& operator=(const UnboundLoop&) = delete;
  ~UnboundLoop();

  ub_event_base* base();

 private:
  struct Base;
  std::unique_ptr<Base> base_;
};

}  // namespace strictmx
