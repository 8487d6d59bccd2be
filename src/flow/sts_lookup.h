// flow/sts_lookup.h: MTA-STS discovery for one policy domain as a state machine: an event goes in,
// the next action comes out; no clock, no I/O. Source: RFC 8461 §3.1, §3.3, §5.1, §6.
//
//   start ── AskTxt ── on_txt ─┬─ FetchPolicy ── on_fetch ─┬─ SavePolicy ── on_saved ── Done
//                              └─ Done                     └─ Done
//
// For a refresh every answer of DNS leads to FetchPolicy, back-off permitting.
// What the table of states comes down to: only a valid record with an id that is not the stored
// one's leads to a fetch; nothing but a fetched, valid policy replaces a live one; no failure
// prolongs, weakens or forgets one. on_cancel may come at any time and ends on the safe side.
// Not here: the MX records and the answer (flow/tls_policy), joining and caching (service/policyd).
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/dns_answer.h"
#include "core/fetch_outcome.h"
#include "core/known_policy.h"
#include "core/result_type.h"
#include "core/sts_record.h"
#include "flow/step.h"

namespace strictmx {

// RFC 8461 §3.3: after a failed fetch the same id is not fetched again for 5 minutes.
constexpr Seconds kFetchBackoff{300};
// Bounds on how long one result answers queries before DNS is asked again (TTLs permitting).
constexpr Seconds kShortestHold{60};
constexpr Seconds kLongestHold{3600};
// The same for a verdict that defers mail, and after a DNS failure that was ignored.
constexpr Seconds kUndecidedHold{1};
constexpr Seconds kIgnoredErrorHold{600};

// What to do when the record cannot be looked up and no live policy is stored; RFC 8461 is silent.
enum class DnsErrorRule : std::uint8_t {
  defer,    // the mail waits as long as DNS fails
  bounded,  // the mail waits up to StsSettings::dns_error_time, then counts as without policy
  ignore,   // counts as without policy at once
};

struct StsSettings {
  DnsErrorRule on_dns_error = DnsErrorRule::bounded;
  Seconds dns_error_time{1800};
};

// Whether a DNS failure (not a forgery) that lasts since then still defers mail.
bool dns_failure_defers(const StsSettings& settings, MonoTime failing_since, MonoTime now);

// A fetch that failed, so that it is not repeated too soon.
struct FetchBackoff {
  std::string id;
  MonoTime until;
  std::string reason;
  ResultType type = ResultType::sts_policy_fetch_error;
};

// What stands behind the remembered policy.
enum class PolicyStanding : std::uint8_t {
  stored,  // it was fetched, and applies until its max_age or a newer one ends it
  pinned,  // the operator: it applies whatever DNS and the policy host say (core/pin)
};

// What is remembered of the policy domain when a look-up begins. A result carries the same for
// the next one.
struct StsMemory {
  std::optional<KnownPolicy> policy;  // as stored, perhaps expired
  std::optional<FetchBackoff> backoff;
  std::optional<MonoTime> dns_failing_since;
  PolicyStanding standing = PolicyStanding::stored;
};

struct AskTxt {
  std::string name;
};
struct FetchPolicy {
  Domain domain;
};
// To be made durable before on_saved is called.
struct SavePolicy {
  KnownPolicy policy;
};
struct Done {};

using StsAction = std::variant<AskTxt, FetchPolicy, SavePolicy, Done>;

// A failure that only we see and that belongs into a TLS report (RFC 8461 §6, RFC 8460 §4.3).
struct StsFailure {
  ResultType type;
  std::string reason;
  bool again = false;  // of an earlier look-up, not tried again yet (RFC 8461 §3.3)
};

enum class PolicySource : std::uint8_t { none, cache, fresh };
std::string_view name_of(PolicySource source);

enum class StsState : std::uint8_t {
  no_policy,  // nothing published, or nothing that can be had (RFC 8461 §3.3)
  applies,    // `policy` is live; its mode may be any
  undecided,  // DNS failed: the mail must wait
};

struct StsResult {
  StsState state = StsState::undecided;
  std::optional<KnownPolicy> policy;  // set when the state is applies
  PolicySource source = PolicySource::none;
  std::string reason;  // one line, our words
  Seconds hold{0};     // DNS need not be asked again before
  std::optional<StsFailure> failure;
  std::optional<FetchBackoff> backoff;
  std::optional<MonoTime> dns_failing_since;
  std::optional<Error> save_error;  // the policy applies but is not on disk
};

// Why the look-up is made.
enum class StsPurpose : std::uint8_t {
  answer,   // a mail is waiting: fetch only what is new
  refresh,  // a stored policy is to live on: fetch whatever DNS says (RFC 8461 §3.3, §10.2)
};

class StsLookup {
 public:
  StsLookup(Domain domain, StsMemory memory, StsSettings settings,
            StsPurpose purpose = StsPurpose::answer);

  // Each call is made once, in the order of the picture above; the answer is the next action.
  StsAction start(Now now);
  StsAction on_txt(Now now, const TxtAnswer& answer);
  StsAction on_fetch(Now now, const FetchOutcome& outcome);
  StsAction on_saved(Now now, const Result<void>& saved);
  // Gives up: a live stored policy applies, else the state is undecided.
  StsAction on_cancel(Now now);

  // Valid after Done.
  const StsResult& result() const { return result_; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  bool stored_is_live(Now now) const;
  StsAction on_record(Now now, const StsRecord& record);
  StsAction fetch_or_wait(Now now);
  StsAction on_no_record(Now now, std::string why);
  StsAction on_dns_failure(Now now, const DnsMeta& meta);
  StsAction on_own_limit(Now now, const FetchOutcome& outcome);
  StsAction on_fetch_failure(Now now, ResultType type, std::string reason);
  StsAction finish_stored(Now now, std::string reason, Seconds hold);
  StsAction finish(StsState state, std::string reason, Seconds hold);
  void note(std::string what, std::string outcome, std::string rule);

  Domain domain_;
  StsMemory memory_;
  StsSettings settings_;
  StsPurpose purpose_;
  std::string txt_name_;
  Seconds txt_ttl_{0};
  std::string id_;  // of the valid record
  std::optional<KnownPolicy> fetched_;
  StsResult result_;
  std::vector<Step> steps_;
};

}  // namespace strictmx
