// service/policyd/policy_table.h: every stored policy in memory, compactly (there may be a
// million), and when each is to be fetched again. RFC 8461 §3.3, §10.2: once a day, before it
// expires, whatever DNS says, spread over time. A policy that no mail asked for in 30 days is left
// to expire, and its policy host in peace; what has expired is as if it had never been stored.
// For one thread.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <string_view>
#include <vector>

#include "core/known_policy.h"

namespace strictmx {

constexpr Seconds kRefreshEvery{86400};
constexpr Seconds kRefreshUnusedFor{30 * 86400};
constexpr Seconds kFirstRetry{300};  // after a failed refresh, doubled each time
constexpr Seconds kLongestRetry{21600};

class PolicyTable {
 public:
  // Replaces what is known of the domain and plans its next refresh, not before `now`. A policy
  // that was known keeps the time it was last used; a new one counts as used when fetched.
  void put(const KnownPolicy& policy, WallTime now);

  // Parsed from its text.
  std::optional<KnownPolicy> find(const Domain& domain) const;
  bool erase(const Domain& domain);

  // An MTA asked for the domain.
  void touch(const Domain& domain, WallTime now);

  // The next live policy that is due and in use, or nullopt. It is not handed out again until put()
  // or failed().
  std::optional<Domain> take_due(WallTime now);
  // Its refresh failed: tried again after a growing pause.
  void failed(const Domain& domain, WallTime now);

  // When one was last asked for and will be fetched again.
  struct Plan {
    WallTime used_at;
    std::optional<WallTime> refresh_at;  // absent: under way, or not to be fetched
    unsigned failures;                   // refreshes since the last good one
  };
  std::optional<Plan> plan_of(const Domain& domain) const;

  // How near policies in use are to their end because nobody could fetch them again.
  struct Health {
    std::size_t late = 0;      // half of max_age is over since the last fetch
    std::size_t critical = 0;  // four fifths are
  };
  // Walks all entries.
  Health health(WallTime now) const;

  std::size_t size() const { return index_.size(); }

 private:
  using Second = std::uint32_t;  // since 1970
  struct Entry {
    std::unique_ptr<char[]> text;  // domain, id and body, one after the other; null: free
    std::uint32_t body_size = 0;
    std::uint8_t domain_size = 0;
    std::uint8_t id_size = 0;
    std::uint8_t failures = 0;
    Second fetched_at = 0;
    Second life = 0;
    Second used_at = 0;
    Second due = 0;  // 0: not planned
    PolicyMode mode = PolicyMode::none;

    std::string_view domain() const { return {text.get(), domain_size}; }
    std::string_view id() const { return {text.get() + domain_size, id_size}; }
    std::string_view body() const { return {text.get() + domain_size + id_size, body_size}; }
  };
  struct Due {
    Second at;
    std::uint32_t entry;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  Entry* lookup(std::string_view domain);
  std::uint32_t make_room();
  void plan(std::uint32_t number, Second at);
  static bool is_live(const Entry& entry, WallTime now);
  bool in_use(const Entry& entry, WallTime now) const;

  boost::unordered_flat_map<std::string_view, std::uint32_t> index_;  // views into the entries
  std::deque<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;  // may name entries twice
};

}  // namespace strictmx
