// service/policyd/resolver.h: from a client's key to its reply: at once from memory, else by a
// look-up that equal questions share, within the deadline. Lives on the answer thread; all members
// are called there. The engine is reached by messages to its thread.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/next_hop.h"
#include "net/one_shot.h"
#include "service/metrics.h"
#include "service/policyd/answer_cache.h"
#include "service/policyd/engine.h"

namespace strictmx {

class Resolver {
 public:
  struct Threads {
    asio::io_context& answers;
    asio::io_context& lookups;
  };
  struct Limits {
    Millis deadline;
    std::size_t max_negatives;
  };
  // `engine`, `metrics` and `clock` must outlive the resolver and both io_contexts' handlers.
  Resolver(Threads threads, Engine& engine, Metrics& metrics, const Clock& clock, Limits limits);

  // Appends the reply when it needs no waiting; else false.
  bool answer_now(std::string_view key, std::string& out, Dialect dialect = Dialect::postfix);

  // Appends the reply, at the deadline at the latest. `out` must outlive the coroutine.
  Task<void> answer_later(std::string key, std::string& out, Dialect dialect = Dialect::postfix);

  // The next question for the domain leads to a look-up.
  void forget(const Domain& domain);

  void set_deadline(Millis deadline) { limits_.deadline = deadline; }

  // Ends all waiting at once with a deferral.
  void stop();

 private:
  // Lives in the frame of answer_later.
  struct Waiter {
    Waiter(asio::any_io_executor executor, Dialect d) : reply(std::move(executor)), dialect(d) {}
    OneShot<std::string> reply;
    Dialect dialect;
  };
  struct Pending {
    std::vector<Waiter*> waiters;
    std::optional<DomainVerdict> stored;  // what the stored policy alone says
  };

  Pending& join(const std::string& cache_key, const NextHop& hop);
  void on_stored(const std::string& cache_key, std::optional<DomainVerdict> verdict);
  void on_done(const std::string& cache_key, const TlsPolicyResult& result);
  void remember(const std::string& cache_key, const TlsPolicyResult& result);
  // The domain came under an enforce policy: replies that do not rest on one are looked up anew.
  void forget_plain(const Domain& domain);
  AnswerCache& cache(Dialect dialect) { return caches_[static_cast<std::size_t>(dialect)]; }
  std::string reply_at_deadline(const std::string& cache_key, Waiter& waiter);
  void append(std::string& out, std::string_view reply, MtaStatus status, Metrics::Origin origin);

  Threads threads_;
  Engine& engine_;
  Metrics& metrics_;
  const Clock& clock_;
  Limits limits_;
  std::array<AnswerCache, kDialects> caches_;
  std::array<bool, kDialects> asked_{};  // dialects in use; only these are remembered
  TextMap<std::unique_ptr<Pending>> pending_;
  std::string no_policy_reply_;
};

}  // namespace strictmx
