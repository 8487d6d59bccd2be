#include "net/fd_watch.h"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace strictmx {

struct FdWatch::State {
  State(asio::io_context& io, int fd, Callback callback)
      : descriptor(io, fd), on_ready(std::move(callback)) {}

  asio::posix::stream_descriptor descriptor;
  Callback on_ready;
  unsigned wanted = 0;
  unsigned armed = 0;  // directions with a handler in the reactor
  bool alive = true;
};

FdWatch::FdWatch(asio::io_context& io, int descriptor, Callback on_ready)
    : state_(std::make_shared<State>(io, descriptor, std::move(on_ready))) {}

FdWatch::~FdWatch() {
  state_->alive = false;
  state_->wanted = 0;
  state_->descriptor.release();
}

void FdWatch::want(unsigned directions) {
  state_->wanted = directions;
  for (const unsigned direction : {kRead, kWrite}) {
    if ((directions & direction) != 0 && (state_->armed & direction) == 0) arm(state_, direction);
  }
}

void FdWatch::arm(const std::shared_ptr<State>& state, unsigned direction) {
  using Descriptor = asio::posix::stream_descriptor;
  state->armed |= direction;
  auto on_event = [state, direction](const boost::system::error_code& error) {
    state->armed &= ~direction;
    if (!state->alive || (state->wanted & direction) == 0) return;
    state->on_ready(direction);
    const bool again = state->alive && !error && (state->wanted & direction) != 0 &&
                       (state->armed & direction) == 0;
    if (again) arm(state, direction);
  };
  state->descriptor.async_wait(direction == kRead ? Descriptor::wait_read : Descriptor::wait_write,
                               std::move(on_event));
}

}  // namespace strictmx
