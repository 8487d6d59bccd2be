#include "net/address_turns.h"

#include <algorithm>

namespace strictmx {

AddressTurns::Turn::Turn(AddressTurns& turns, IpAddress address, asio::any_io_executor executor)
    : turns_(turns), address_(address), signal_(std::move(executor)) {
  auto& queue = turns_.queues_[address_];
  granted_ = queue.busy < turns_.max_;
  if (granted_) {
    ++queue.busy;
  } else {
    queue.waiting.push_back(this);
  }
}

AddressTurns::Turn::~Turn() {
  const auto found = turns_.queues_.find(address_);
  auto& queue = found->second;
  if (!granted_) {
    std::erase(queue.waiting, this);
  } else if (queue.waiting.empty()) {
    --queue.busy;
  } else {
    auto* const next = queue.waiting.front();
    queue.waiting.pop_front();
    next->granted_ = true;
    next->signal_.set(true);
  }
  if (queue.busy == 0 && queue.waiting.empty()) turns_.queues_.erase(found);
}

Task<bool> AddressTurns::Turn::wait(MonoTime deadline) {
  if (granted_) co_return true;
  const auto answer = co_await signal_.wait(deadline);
  co_return answer.value_or(false);
}

}  // namespace strictmx
