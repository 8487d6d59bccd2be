// service/collectd/inbox.h: datagrams on their way from the thread that receives to the one that
// counts, as octets one behind the other. For these two threads.
// Limit: 8 MiB waiting; what does not fit is refused.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "core/tls_result.h"

namespace strictmx {

constexpr std::size_t kMaxInboxBytes = 8 * 1024 * 1024;

class Inbox {
 public:
  // Of the receiver. Returns how many of the datagrams were refused.
  std::size_t put(Day day, std::span<const std::string_view> datagrams);
  // Nothing more will come.
  void close();

  enum class More : std::uint8_t { may_come, never };
  // Of the counter: waits for datagrams until `deadline`, gathers more for `gather` (or until a
  // lot is there), and hands all that wait to `each`, in order.
  using Each = std::function<void(Day, std::string_view octets)>;
  More take(std::chrono::steady_clock::time_point deadline, std::chrono::milliseconds gather,
            const Each& each);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  std::string waiting_;
  std::string taken_;  // of the counter
};

}  // namespace strictmx
