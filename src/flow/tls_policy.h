// flow/tls_policy.h: everything that one question of an MTA needs, as a state machine: the MTA-STS
// look-up (flow/sts_lookup), the MX records, and DANE for each MX host (flow/dane_lookup), side by
// side. Source: RFC 8461 §2, §3.4, §4.1, §5.1; RFC 7672 §2.2.
//
// Each request names the part that asks; its reply comes back with the same part. The verdict may
// stand before all parts have ended: where DANE protects every MX host, the policy fetch goes on
// for later use.
// Limits: DANE for the 32 most preferred MX hosts, 8 of them at a time.
// Not here: waiting, deadlines and memory of answers (service/policyd).
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "core/dane_verdict.h"
#include "core/next_hop.h"
#include "core/verdict.h"
#include "flow/dane_lookup.h"
#include "flow/sts_lookup.h"

namespace strictmx {

constexpr std::size_t kDaneHostsAtOnce = 8;

enum class DaneUse : std::uint8_t { on, off };

struct TlsPolicySettings {
  StsSettings sts;
  DaneUse dane = DaneUse::on;
};

struct AskMx {
  Domain domain;
};

using Question =
    std::variant<AskTxt, FetchPolicy, SavePolicy, AskMx, AskAddresses, AskCname, AskTlsa>;

struct Request {
  std::size_t part;
  Question question;
};

struct Saved {
  Result<void> result;
};

// In the order of Question: what each is answered with.
using Reply =
    std::variant<TxtAnswer, FetchOutcome, Saved, MxAnswer, AddressAnswer, CnameAnswer, TlsaAnswer>;

struct TlsPolicyResult {
  DomainVerdict verdict;
  StsResult sts;
  Seconds hold{0};          // how long the verdict may be answered before DNS is asked again
  bool reportable = false;  // something failed that no MTA tells of (flow/tls_events)
  std::vector<Step> steps;
};

class TlsPolicy {
 public:
  TlsPolicy(NextHop hop, StsMemory memory, TlsPolicySettings settings);

  // What to do first; never empty unless the look-up is over.
  std::vector<Request> start(Now now);
  // What to do next; may be empty while other requests are outstanding.
  std::vector<Request> on_reply(Now now, std::size_t part, const Reply& reply);
  // Gives up: decides with what is known, on the safe side. No reply may follow.
  void cancel(Now now);

  bool decided() const { return decided_; }    // result().verdict stands
  bool finished() const { return finished_; }  // nothing is outstanding
  // The MX hosts are signed, and not of each is known whether DANE protects it. Until then MTA-STS
  // alone must not be answered (RFC 8461 §2, RFC 7672 §2.1.2).
  bool dane_open() const { return !decided_ && done_hosts_ < hosts_.size(); }

  // Valid after decided(); sts and steps are complete only after finished().
  const TlsPolicyResult& result() const { return result_; }

 private:
  struct Host {
    DaneLookup lookup;
    bool done = false;
  };

  std::vector<Request> sts_step(const StsAction& action);
  std::vector<Request> on_mx(const MxAnswer& answer);
  std::vector<Request> host_step(std::size_t index, const DaneAction& action);
  std::vector<Request> settle(Now now, std::vector<Request> requests);
  bool sts_enforces() const;
  void decide(Now now);
  bool mx_failure_defers(Now now);
  Seconds hold() const;

  NextHop hop_;
  TlsPolicySettings settings_;
  std::optional<MonoTime> dns_failing_since_;
  StsLookup sts_;
  bool sts_done_ = false;
  std::optional<MxAnswer> mx_;
  bool mx_asked_ = false;
  std::deque<Host> hosts_;  // of the MX set, most preferred first
  std::size_t started_hosts_ = 0;
  std::size_t done_hosts_ = 0;
  bool decided_ = false;
  bool finished_ = false;
  TlsPolicyResult result_;
};

// The verdict from the stored policy alone, for when nothing else is known in time; nullopt when
// no live policy is stored. RFC 8461 §5.1.
std::optional<DomainVerdict> decide_from_stored(const NextHop& hop,
                                                const std::optional<KnownPolicy>& stored,
                                                WallTime now);

}  // namespace strictmx
