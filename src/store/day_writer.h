// store/day_writer.h: a thread that adds to the day store for others, who never wait for it. What
// comes within a second is one transaction.
// Limit: 16384 results waiting; one more is refused. While the store cannot be written they wait,
// and it is tried again every 5 s; at the end once more.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "store/day_store.h"

namespace strictmx {

constexpr std::size_t kMaxWaitingResults = 16384;

class DayWriter {
 public:
  // Called on the writer's thread after each try, with what was added or why nothing was.
  using OnTried = std::function<void(const Result<DayOverflow>&)>;

  // The store is opened when there is something to add: a damaged or full disk keeps nobody from
  // starting. `log` must outlive the object.
  DayWriter(std::filesystem::path dir, Log& log, OnTried tried);
  // Adds what is waiting, then ends the thread.
  ~DayWriter();
  DayWriter(const DayWriter&) = delete;
  DayWriter& operator=(const DayWriter&) = delete;

  // From any thread. False: too many wait, nothing was taken.
  bool add(DomainResults results);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
