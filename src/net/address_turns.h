// net/address_turns.h: how many may be busy with one address at once; the others wait in turn.
// A hoster serves the policies of 100,000 domains from one address, and must not be flooded by us
// (RFC 8461 §3.3 in spirit).
// Used from one thread. The object must outlive the turns taken from it.
#pragma once
#include <deque>
#include <map>

#include "base/time.h"
#include "core/ip_address.h"
#include "net/asio.h"
#include "net/one_shot.h"

namespace strictmx {

class AddressTurns {
 public:
  explicit AddressTurns(std::size_t max_per_address) : max_(max_per_address) {}
  AddressTurns(const AddressTurns&) = delete;
  AddressTurns& operator=(const AddressTurns&) = delete;

  // A place in the frame of the one who waits and works. The destructor gives the turn on, or
  // leaves the queue.
  class Turn {
   public:
    Turn(AddressTurns& turns, IpAddress address, asio::any_io_executor executor);
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

    // True when it is this one's turn; false when the deadline came first.
    Task<bool> wait(MonoTime deadline);

   private:
    friend class AddressTurns;
    AddressTurns& turns_;
    IpAddress address_;
    OneShot<bool> signal_;
    bool granted_ = false;
  };

 private:
  struct Queue {
    std::size_t busy = 0;
    std::deque<Turn*> waiting;
  };
  std::size_t max_;
  std::map<IpAddress, Queue> queues_;
};

}  // namespace strictmx
