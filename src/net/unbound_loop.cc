// The tables follow libevent's meaning: an event is registered with add(), fires, and stays
// registered only with UB_EV_PERSIST. A callback may free its own event. No exception leaves what
// libunbound calls: it would stay locked.
#include "net/unbound_loop.h"

#include <sys/time.h>
// The order matters: the header below uses struct timeval.
#include <unbound-event.h>

#include <optional>

#include "base/time.h"

#include "net/fd_watch.h"

namespace strictmx {
namespace {

using Callback = void (*)(int, short, void*);

struct Event : ub_event {
  Event(asio::io_context& io_context, int descriptor, short event_bits, Callback function,
        void* argument)
      : io(io_context),
        fd(descriptor),
        bits(event_bits),
        callback(function),
        arg(argument),
        timer(io_context) {}

  void activate(const timeval* timeout);
  void deactivate();
  void start_timer();
  void fire(short what);

  asio::io_context& io;
  int fd;
  short bits;
  Callback callback;
  void* arg;
  asio::steady_timer timer;
  std::optional<std::chrono::microseconds> timeout_after;
  std::optional<FdWatch> watch;  // only while active, because libunbound closes the descriptor
  // Tells a handler that was already queued that its event was deactivated or freed.
  std::shared_ptr<bool> active;
};

Event& from(ub_event* event) { return static_cast<Event&>(*event); }

void Event::activate(const timeval* timeout) {
  deactivate();
  active = std::make_shared<bool>(true);
  if (timeout != nullptr) {
    timeout_after = Seconds(timeout->tv_sec) + std::chrono::microseconds(timeout->tv_usec);
    start_timer();
  }
  if (fd < 0 || (bits & (UB_EV_READ | UB_EV_WRITE)) == 0) return;
  watch.emplace(
      io, fd, [this](unsigned ready) { fire(ready == FdWatch::kRead ? UB_EV_READ : UB_EV_WRITE); });
  const unsigned read = (bits & UB_EV_READ) != 0 ? FdWatch::kRead : 0;
  const unsigned write = (bits & UB_EV_WRITE) != 0 ? FdWatch::kWrite : 0;
  watch->want(read | write);
}

void Event::deactivate() {
  if (active) *active = false;
  active.reset();
  watch.reset();
  timer.cancel();
  timeout_after.reset();
}

void Event::start_timer() {
  timer.expires_after(*timeout_after);
  timer.async_wait([this, token = active](const boost::system::error_code& error) {
    if (!error && *token) fire(UB_EV_TIMEOUT);
  });
}

void Event::fire(short what) {
  const auto function = callback;
  auto* const argument = arg;
  const int descriptor = fd;
  if ((bits & UB_EV_PERSIST) == 0) {
    deactivate();
  } else if (timeout_after) {
    start_timer();
  }
  function(descriptor, what, argument);  // may free this event
}

void add_bits(ub_event* event, short bits) { from(event).bits |= bits; }
void del_bits(ub_event* event, short bits) {
  from(event).bits = static_cast<short>(from(event).bits & ~bits);
}
void set_fd(ub_event* event, int fd) { from(event).fd = fd; }

void free_event(ub_event* event) {
  from(event).deactivate();
  delete &from(event);
}

int add(ub_event* event, timeval* timeout) try {
  from(event).activate(timeout);
  return 0;
} catch (const std::exception&) {  // no memory
  from(event).deactivate();
  return -1;
}

int del(ub_event* event) {
  from(event).deactivate();
  return 0;
}

int add_timer(ub_event* event, ub_event_base*, Callback callback, void* arg, timeval* timeout) {
  from(event).callback = callback;
  from(event).arg = arg;
  return add(event, timeout);
}

int refuse_signal(ub_event*, timeval*) { return -1; }
int refuse_signal_del(ub_event*) { return -1; }

ub_event_vmt event_table = {
    .add_bits = add_bits,
    .del_bits = del_bits,
    .set_fd = set_fd,
    .free = free_event,
    .add = add,
    .del = del,
    .add_timer = add_timer,
    .del_timer = del,
    .add_signal = refuse_signal,
    .del_signal = refuse_signal_del,
    .winsock_unregister_wsaevent = nullptr,
    .winsock_tcp_wouldblock = nullptr,
};

}  // namespace

struct UnboundLoop::Base : ub_event_base {
  explicit Base(asio::io_context& io_context) : io(io_context) {}
  asio::io_context& io;

  static ub_event* new_event(ub_event_base* base, int fd, short bits, Callback callback,
                             void* arg) try {
    auto* event = new Event(static_cast<Base*>(base)->io, fd, bits, callback, arg);
    event->magic = UB_EVENT_MAGIC;
    event->vmt = &event_table;
    return event;
  } catch (const std::exception&) {  // no memory
    return nullptr;
  }
  static ub_event* no_signal(ub_event_base*, int, Callback, void*) { return nullptr; }
  static void free_base(ub_event_base*) {}
  static int no_dispatch(ub_event_base*) { return -1; }
  static int no_exit(ub_event_base*, timeval*) { return -1; }

  static ub_event_base_vmt table;
};

ub_event_base_vmt UnboundLoop::Base::table = {
    .free = free_base,
    .dispatch = no_dispatch,
    .loopexit = no_exit,
    .new_event = new_event,
    .new_signal = no_signal,
    .winsock_register_wsaevent = nullptr,
};

UnboundLoop::UnboundLoop(asio::io_context& io) : base_(std::make_unique<Base>(io)) {
  base_->magic = UB_EVENT_MAGIC;
  base_->vmt = &Base::table;
}

UnboundLoop::~UnboundLoop() = default;

ub_event_base* UnboundLoop::base() { return base_.get(); }

}  // namespace strictmx
