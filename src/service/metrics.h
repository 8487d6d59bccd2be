// service/metrics.h: the counters of the daemon, in the Prometheus text format at /metrics.
// Names, units and meanings: docs/operations.md. Labels have fixed, small value sets; no domain
// is ever a label. Increments are safe from any thread, but for count_answer().
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/fetch_outcome.h"
#include "core/report/delivery_status.h"
#include "core/result_type.h"
#include "core/sts_policy.h"
#include "core/verdict.h"
#include "wire/tlsrpt_datagram.h"

namespace strictmx {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  enum class Answer : std::uint8_t { ok, not_found, temp };
  enum class Origin : std::uint8_t { memory, lookup };
  // From the answer thread only: it costs an addition, where the others cost a locked one.
  void count_answer(Answer answer, Origin origin) {
    std::atomic<std::uint64_t>& n = answers_[index_of(answer, origin)];
    n.store(n.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void count_lookup(DomainRule rule);
  void count_fetch(FetchStatus status);
  // Discovery that went wrong, as the log's policy_failure tells it; `type`: one of the three of
  // MTA-STS; `kept`: the mode of the policy that goes on applying.
  void count_policy_failure(ResultType type, PolicyMode kept);
  void count_store_failure();
  void set_store_health(bool degraded, std::size_t unsaved);
  void set_store_loading(bool loading);
  void count_bad_request();
  void count_late_answer();  // the deadline came before the look-up ended
  void set_clients(std::size_t clients);
  void count_client_evicted();
  void set_lookups(std::size_t lookups);
  void set_policies(std::size_t policies);
  void set_negatives(std::size_t negatives);
  enum class Refresh : std::uint8_t { ok, failed };
  void count_refresh(Refresh outcome);
  void set_policies_late(std::size_t late, std::size_t critical);

  // TLS results, for the reports.
  void count_policy_events();  // failures we saw ourselves
  void count_datagrams(std::size_t datagrams);
  void count_malformed_datagram(DatagramFault fault);  // all of it or some of it
  void set_datagram_queue(unsigned limit);
  // queue: between threads. tally: too many different ones before they were stored. domain: of a
  // day.
  enum class Lost : std::uint8_t { queue, tally, domain };
  void count_results_lost(Lost why, std::uint64_t results);
  void count_day_store_failure();
  // TLS reports.
  void count_reports(std::size_t made);
  void count_report_attempt(AttemptOutcome::Kind outcome);
  void set_reports_waiting(std::size_t deliveries);
  // TLS sessions that MTAs told of by the line protocol or the API.
  enum class Session : std::uint8_t { sent, unwanted, bad, dropped };
  void count_session(Session outcome);
  void count_answer_too_long();  // no MX host fitted into an answer for Sendmail

  std::string text() const;

 private:
  static constexpr std::size_t kOrigins = 2;
  static constexpr std::size_t kAnswers = 3 * kOrigins;
  static constexpr std::size_t index_of(Answer answer, Origin origin) {
    return static_cast<std::size_t>(answer) * kOrigins + static_cast<std::size_t>(origin);
  }

  std::array<std::atomic<std::uint64_t>, kAnswers> answers_{};
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strictmx
