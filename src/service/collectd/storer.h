// service/collectd/storer.h: a thread that puts counted datagrams into the day store, so that a
// slow disk keeps nobody from counting. One batch at a time; one that could not be stored is tried
// again every 2 s, and once more at the end.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "service/collectd/tally.h"
#include "service/metrics.h"
#include "store/day_store.h"

namespace strictmx {

class Storer {
 public:
  struct Parts {
    const Clock& clock;
    Metrics& metrics;
    Log& log;
    int keep_days;  // older days are erased
  };
  // All in `parts` must outlive the object.
  Storer(std::unique_ptr<DayStore> store, Parts parts);
  // Stores what it has, then ends the thread.
  ~Storer();
  Storer(const Storer&) = delete;
  Storer& operator=(const Storer&) = delete;

  // From one thread, the one that counts.
  bool idle() const { return !busy_; }
  // What is handed over before idle() is true joins the batch that waits.
  void store(std::vector<CountedDatagram> batch);

  // The last try failed. From any thread.
  bool failing() const { return failing_; }

 private:
  void run();
  bool store_now(const std::vector<CountedDatagram>& batch);
  void erase_old_days();

  std::unique_ptr<DayStore> store_;  // of the thread alone
  Parts parts_;
  Day cleaned_on_{};  // likewise
  std::atomic<bool> busy_ = false;
  std::atomic<bool> failing_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<CountedDatagram> batch_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace strictmx
