#include "service/collectd/inbox.h"

#include <cstring>

namespace strictmx {

namespace {

constexpr std::size_t kMuch = kMaxInboxBytes / 8;

struct Head {
  std::int32_t day;
  std::uint32_t size;
};

}  // namespace

std::size_t Inbox::put(Day day, std::span<const std::string_view> datagrams) {
  std::size_t refused = 0;
  std::size_t before = 0;
  std::size_t after = 0;
  {
    const std::lock_guard lock(mutex_);
    before = waiting_.size();
    for (const auto octets : datagrams) {
      const Head head{static_cast<std::int32_t>(day.time_since_epoch().count()),
                      static_cast<std::uint32_t>(octets.size())};
      if (waiting_.size() + sizeof head + octets.size() > kMaxInboxBytes) {
        ++refused;
        continue;
      }
      waiting_.append(reinterpret_cast<const char*>(&head), sizeof head);
      waiting_.append(octets);
    }
    after = waiting_.size();
  }
  // Only when it changes what take() waits for: waking costs more than receiving.
  if ((before == 0 && after > 0) || (before < kMuch && after >= kMuch)) changed_.notify_one();
  return refused;
}

void Inbox::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

Inbox::More Inbox::take(std::chrono::steady_clock::time_point deadline,
                        std::chrono::milliseconds gather, const Each& each) {
  bool last = false;
  {
    std::unique_lock lock(mutex_);
    const bool any =
        changed_.wait_until(lock, deadline, [this] { return closed_ || !waiting_.empty(); });
    if (any && gather.count() > 0) {
      changed_.wait_for(lock, gather, [this] { return closed_ || waiting_.size() >= kMuch; });
    }
    last = closed_;
    taken_.swap(waiting_);
  }
  for (std::string_view rest = taken_; !rest.empty();) {
    Head head;
    std::memcpy(&head, rest.data(), sizeof head);
    rest.remove_prefix(sizeof head);
    each(Day{std::chrono::days{head.day}}, rest.substr(0, head.size));
    rest.remove_prefix(head.size);
  }
  taken_.clear();
  return last ? More::never : More::may_come;
}

}  // namespace strictmx
