// service/policyd/policy_table.h: every stored policy in memory, compactly (there may be a
// million), and when each is to be fetched again. RFC 8461 §3.3, §10.2: once a day, before it
// expires, whatever DNS says, spread over time. A policy that no mail asked for in 30 days is left
// to expire, and its policy host in peace; what has expired is as if it had never been stored.
// For one thread.
#pragma once
#include <boost/unordered/unordered_flat_set.hpp>
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

// preloaded: from the operator's list, not on disk.
enum class PolicyOrigin : std::uint8_t { fetched, preloaded };

class PolicyTable {
 public:
  PolicyTable() : index_(0, DomainHash{&entries_}, DomainEqual{&entries_}) {}
  PolicyTable(const PolicyTable&) = delete;
  PolicyTable& operator=(const PolicyTable&) = delete;

  // Replaces what is known of the domain and plans its next refresh, not before `now`. A policy
  // that was known keeps the time it was last used; a new one counts as used when fetched.
  void put(const KnownPolicy& policy, WallTime now, PolicyOrigin origin = PolicyOrigin::fetched);

  // Parsed from its text.
  std::optional<KnownPolicy> find(const Domain& domain) const;
  std::optional<PolicyOrigin> origin(const Domain& domain) const;
  bool erase(const Domain& domain);

  // Up to `limit` of those fetched, from the place `at` on, 0 at first; moves `at`. Empty at the
  // end. What is put meanwhile may be met or not.
  std::vector<KnownPolicy> fetched_from(std::size_t& at, std::size_t limit) const;

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
    std::unique_ptr<char[]> text;  // domain, id and packed body, one after the other; null: free
    std::uint32_t packed_size = 0;
    std::uint8_t domain_size = 0;
    std::uint8_t id_size = 0;
    std::uint8_t failures = 0;
    Second fetched_at = 0;
    Second life = 0;
    Second used_at = 0;
    Second due = 0;  // 0: not planned
    PolicyMode mode = PolicyMode::none;
    PolicyOrigin origin = PolicyOrigin::fetched;

    std::string_view domain() const { return {text.get(), domain_size}; }
    std::string_view id() const { return {text.get() + domain_size, id_size}; }
    std::string_view packed() const { return {text.get() + domain_size + id_size, packed_size}; }
  };
  // The index holds numbers of entries only.
  struct DomainHash {
    using is_transparent = void;
    const std::deque<Entry>* entries;
    std::size_t operator()(std::string_view domain) const {
      return boost::hash<std::string_view>()(domain);
    }
    std::size_t operator()(std::uint32_t number) const {
      return (*this)((*entries)[number].domain());
    }
  };
  struct DomainEqual {
    using is_transparent = void;
    const std::deque<Entry>* entries;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::string_view domain, std::uint32_t number) const {
      return domain == (*entries)[number].domain();
    }
    bool operator()(std::uint32_t number, std::string_view domain) const {
      return (*this)(domain, number);
    }
  };
  struct Due {
    Second at;
    std::uint32_t entry;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  static std::optional<KnownPolicy> read(const Domain& domain, const Entry& entry);
  const Entry* lookup(std::string_view domain) const;
  Entry* lookup(std::string_view domain);
  std::uint32_t make_room();
  void plan(std::uint32_t number, Second at);
  static bool is_live(const Entry& entry, WallTime now);
  bool in_use(const Entry& entry, WallTime now) const;

  std::deque<Entry> entries_;
  boost::unordered_flat_set<std::uint32_t, DomainHash, DomainEqual> index_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;  // may name entries twice
};

}  // namespace strictmx
