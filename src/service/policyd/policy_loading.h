// service/policyd/policy_loading.h: brings the stored policies into memory after the start, while
// questions are answered already. A domain that was not met yet is read by its key; that nothing is
// stored of it counts only when the file's structure was checked, which goes on beside. So no
// answer is weaker than with everything loaded, and few wait.
// Lives on the look-up thread. What fails is tried again every second.
#pragma once
#include <functional>
#include <optional>

#include "base/log.h"
#include "net/asio.h"
#include "service/policyd/stored_policies.h"

namespace strictmx {

class PolicyLoading {
 public:
  // All must outlive the object, and every coroutine of it must have ended (running() == 0) before
  // the object does. `pause`: between attempts.
  PolicyLoading(asio::io_context& io, StoredPolicies& disk, Log& log, Millis pause = Millis{1000});

  using Take = std::function<void(const KnownPolicy&)>;
  // `each` is called for every readable row, perhaps twice; `on_done` once, behind the last.
  void start(Take each, std::function<void()> on_done);

  bool done() const { return done_; }

  // What is stored of a domain; nullopt: nothing, for certain. Errors: Errc::io, Errc::timeout,
  // Errc::cancelled.
  Task<Result<std::optional<KnownPolicy>>> find(Domain domain);

  // Gives up.
  void stop();
  std::size_t running() const { return running_; }

 private:
  static Task<void> load(PolicyLoading& self);
  static Task<void> check(PolicyLoading& self);
  Task<bool> load_rows();
  Task<void> until_sound();
  Task<void> rest();
  void report(const Error& error);

  asio::io_context& io_;
  StoredPolicies& disk_;
  Log& log_;
  Millis pause_;
  Take each_;
  std::function<void()> on_done_;
  asio::steady_timer gate_;  // waits for sound_ or stopping_
  bool sound_ = false;       // the structure was checked, or repaired
  unsigned repairs_ = 0;     // what was read before one counts for nothing
  bool done_ = false;
  bool stopping_ = false;
  bool reported_ = false;  // the log knows that the store cannot be read
  std::size_t running_ = 0;
  std::size_t loaded_ = 0;
  std::size_t unreadable_ = 0;
};

}  // namespace strictmx
