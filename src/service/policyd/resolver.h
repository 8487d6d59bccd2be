// service/policyd/resolver.h: from a client's key to its reply: at once from memory, else by a
// look-up that equal questions share, within the deadline. Lives on the answer thread; all members
// are called there. The engine is reached by messages to its thread.
#pragma once
#include <array>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/next_hop.h"
#include "net/asio.h"
#include "service/metrics.h"
#include "service/policyd/answer_cache.h"
#include "service/policyd/engine.h"
#include "service/policyd/request_reader.h"

namespace strictmx {

struct PendingLookup;

template <class Tag>
using AutoUnlinkHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using OfLookupHook = AutoUnlinkHook<struct OfLookup>;
using DeadlineHook = AutoUnlinkHook<struct ByDeadline>;

// Somebody who waits for one reply at a time; who goes away before it comes is forgotten.
class Waiter : public OfLookupHook, public DeadlineHook {
 public:
  // Called once per Resolver::answer_later(), never from inside of it. May destroy the waiter, or
  // ask again.
  virtual void on_reply(std::string_view reply) = 0;

 protected:
  ~Waiter() = default;

 private:
  friend class Resolver;
  PendingLookup* lookup_ = nullptr;
  Dialect dialect_ = Dialect::postfix;
  MonoTime deadline_;
};

class Resolver {
 public:
  // Runs a function on the answer thread, later; callable from any thread.
  using Post = std::function<void(std::function<void()>)>;
  struct Threads {
    Post answers;
    asio::io_context& lookups;
  };
  struct Limits {
    Millis deadline;
    std::size_t max_negatives;
  };
  // `engine`, `metrics` and `clock` must outlive the resolver; it must outlive what was posted.
  Resolver(Threads threads, Engine& engine, Metrics& metrics, const Clock& clock, Limits limits);
  ~Resolver();

  // Appends the reply when it needs no waiting; else false. `now`: of the resolver's clock, or some
  // milliseconds old.
  bool answer_now(const Query& query, MonoTime now, std::string& out);

  // The reply comes to the waiter, at the deadline at the latest if expire() is called then.
  void answer_later(const Query& query, Waiter& waiter);

  // When somebody's deadline comes first; nullopt: nobody waits.
  std::optional<MonoTime> next_deadline() const;
  // Answers all whose deadline has come with what is known.
  void expire();

  // The next question for the domain leads to a look-up.
  void forget(const Domain& domain);

  void set_deadline(Millis deadline) { limits_.deadline = deadline; }

  // Ends all waiting at once: with the stored policy, or with a deferral.
  void stop();

 private:
  using Deadlines = boost::intrusive::list<Waiter, boost::intrusive::base_hook<DeadlineHook>,
                                           boost::intrusive::constant_time_size<false>>;

  PendingLookup& join(const std::string& cache_key, const NextHop& hop);
  void on_stored(const std::string& cache_key, std::optional<DomainVerdict> verdict);
  void on_done(const std::string& cache_key, const TlsPolicyResult& result);
  void remember(const std::string& cache_key, const TlsPolicyResult& result);
  // The domain came under another policy: what rests on the one before is looked up anew.
  void on_change(const KnownPolicy& policy);
  AnswerCache& cache(Dialect dialect) { return caches_[static_cast<std::size_t>(dialect)]; }
  void reply(Waiter& waiter, const DomainVerdict& verdict);
  void reply_late(Waiter& waiter);
  void append(std::string& out, std::string_view reply, MtaStatus status);
  void count(std::string_view cache_key, std::uint64_t answers);
  static Task<void> ask_for_counts(Resolver& self);
  void hand_over_counts();

  Threads threads_;
  Engine& engine_;
  Metrics& metrics_;
  const Clock& clock_;
  Limits limits_;
  std::array<AnswerCache, kDialects> caches_;
  std::array<bool, kDialects> asked_{};  // dialects in use; only these are remembered
  TextMap<std::unique_ptr<PendingLookup>> pending_;
  Deadlines deadlines_;             // the next first
  TextMap<std::uint64_t> counted_;  // answers to be counted for TLS reports, by key
  std::string no_policy_reply_;
};

}  // namespace strictmx
