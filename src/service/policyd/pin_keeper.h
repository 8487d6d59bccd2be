// service/policyd/pin_keeper.h: writes pins to disk on a thread of its own, one change at a time,
// so that nothing else waits for the disk. Belongs to one io_context and is used from its thread.
#pragma once
#include <filesystem>
#include <functional>
#include <thread>

#include "net/asio.h"
#include "store/pin_file.h"

namespace strictmx {

class PinKeeper {
 public:
  // `stored`: what load_pins() gave for `dir`. `io` must outlive the keeper.
  PinKeeper(asio::io_context& io, std::filesystem::path dir, StoredPins stored);
  // Waits for the change under way.
  ~PinKeeper();
  PinKeeper(const PinKeeper&) = delete;
  PinKeeper& operator=(const PinKeeper&) = delete;

  // Durable when they end; after an error the file is as it was. Pins that are over at `now` leave
  // it. The keeper must outlive the coroutines. Errors: those of save_pins().
  Task<Result<void>> put(Pin pin, WallTime now);
  Task<Result<void>> erase(Domain domain, WallTime now);

 private:
  using Change = std::function<void(StoredPins&)>;
  Task<Result<void>> change(Change change, WallTime now);
  Result<void> write(const Change& change, WallTime now);

  asio::io_context& io_;
  std::filesystem::path dir_;
  StoredPins stored_;  // the keeper's thread only
  asio::io_context worker_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{worker_.get_executor()};
  std::thread thread_;
};

}  // namespace strictmx
