#include "service/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <mutex>
#include <vector>

namespace strictmx {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::Counter;
using prometheus::Gauge;

constexpr std::array kAnswerNames{"ok", "not_found", "temp"};
constexpr std::array kSessionNames{"sent", "unwanted", "bad", "dropped"};
constexpr std::array kOriginNames{"memory", "lookup"};
constexpr std::array kLostNames{"queue", "tally", "domain"};
constexpr std::array kAttemptNames{"accepted", "deferred", "refused", "rejected"};
constexpr std::array kFailures{ResultType::sts_policy_fetch_error, ResultType::sts_policy_invalid,
                               ResultType::sts_webpki_invalid};
constexpr std::size_t kModes = static_cast<std::size_t>(PolicyMode::enforce) + 1;
constexpr std::size_t kRules = static_cast<std::size_t>(DomainRule::defer) + 1;
constexpr std::size_t kFetches = static_cast<std::size_t>(FetchStatus::overloaded) + 1;

}  // namespace

class Metrics::Impl {
 public:
  Impl() {
    auto& answers = BuildCounter()
                        .Name("strictmx_answers_total")
                        .Help("Answers given to MTAs, by kind and where they came from")
                        .Register(registry);
    for (const char* kind : kAnswerNames) {
      for (const char* origin : kOriginNames) {
        answer.push_back(&answers.Add({{"answer", kind}, {"origin", origin}}));
      }
    }
    auto& lookups = BuildCounter()
                        .Name("strictmx_lookups_total")
                        .Help("Finished look-ups, by what was decided")
                        .Register(registry);
    for (std::size_t r = 0; r < kRules; ++r) {
      lookup[r] = &lookups.Add({{"rule", std::string(name_of(static_cast<DomainRule>(r)))}});
    }
    auto& losses = BuildCounter()
                       .Name("strictmx_tls_results_lost_total")
                       .Help("TLS results that are in no report, by what was full")
                       .Register(registry);
    for (std::size_t l = 0; l < kLostNames.size(); ++l) {
      lost[l] = &losses.Add({{"full", kLostNames[l]}});
    }
    auto& malformed = BuildCounter()
                          .Name("strictmx_tls_datagrams_malformed_total")
                          .Help("Datagrams of MTAs that could not be used, or not all of them")
                          .Register(registry);
    for (std::size_t f = 0; f < kDatagramFaults; ++f) {
      const auto fault = static_cast<DatagramFault>(f);
      malformed_datagram[f] = &malformed.Add({{"why", std::string(name_of(fault))}});
    }
    auto& refreshes = BuildCounter()
                          .Name("strictmx_refreshes_total")
                          .Help("Stored policies fetched again, by outcome")
                          .Register(registry);
    refreshed = &refreshes.Add({{"outcome", "ok"}});
    refresh_failed = &refreshes.Add({{"outcome", "failed"}});
    auto& sessions = BuildCounter()
                         .Name("strictmx_session_events_total")
                         .Help("TLS sessions told of by MTAs, by what became of the report")
                         .Register(registry);
    for (std::size_t s = 0; s < kSessionNames.size(); ++s) {
      session[s] = &sessions.Add({{"outcome", kSessionNames[s]}});
    }
    auto& fetches = BuildCounter()
                        .Name("strictmx_policy_fetches_total")
                        .Help("Policy fetches, by outcome")
                        .Register(registry);
    for (std::size_t f = 0; f < kFetches; ++f) {
      fetch[f] = &fetches.Add({{"outcome", std::string(name_of(static_cast<FetchStatus>(f)))}});
    }
    add_failures();
    auto& attempts = BuildCounter()
                         .Name("strictmx_report_attempts_total")
                         .Help("Attempts to deliver a TLS report, by outcome")
                         .Register(registry);
    for (std::size_t a = 0; a < kAttemptNames.size(); ++a) {
      attempt[a] = &attempts.Add({{"outcome", kAttemptNames[a]}});
    }
  }

  void add_failures() {
    auto& failures = BuildCounter()
                         .Name("strictmx_policy_failures_total")
                         .Help("Policies that could not be had, by result type and what is kept")
                         .Register(registry);
    for (std::size_t f = 0; f < kFailures.size(); ++f) {
      for (std::size_t m = 0; m < kModes; ++m) {
        const auto kept = static_cast<PolicyMode>(m);
        failure[f][m] = &failures.Add(
            {{"type", std::string(name_of(kFailures[f]))}, {"kept", std::string(name_of(kept))}});
      }
    }
  }

  Counter& counter(const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry).Add({});
  }
  Gauge& gauge(const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }

  std::mutex reading;
  prometheus::Registry registry;
  std::vector<Counter*> answer;  // in the order of Metrics::answers_, brought up to date by text()
  std::array<Counter*, kRules> lookup{};
  std::array<Counter*, kFetches> fetch{};
  std::array<std::array<Counter*, kModes>, kFailures.size()> failure{};
  std::array<Counter*, kAttemptNames.size()> attempt{};
  std::array<Counter*, kSessionNames.size()> session{};
  Counter* refreshed = nullptr;
  Counter* refresh_failed = nullptr;
  Counter& store_failures = counter("strictmx_store_failures_total", "Policies not made durable");
  Counter& bad_requests =
      counter("strictmx_bad_requests_total", "Connections closed for malformed requests");
  Counter& datagrams = counter("strictmx_tls_datagrams_total",
                               "Datagrams received from MTAs, malformed ones included");
  std::array<Counter*, kDatagramFaults> malformed_datagram{};
  Gauge& datagram_queue = gauge("strictmx_tls_datagram_queue",
                                "Datagrams that the kernel holds: net.unix.max_dgram_qlen");
  Counter& policy_events =
      counter("strictmx_policy_events_total", "Failures recorded for TLS reports of look-ups");
  std::array<Counter*, kLostNames.size()> lost{};
  Counter& day_store_failures =
      counter("strictmx_day_store_failures_total", "Times that TLS results could not be stored");
  Counter& late_answers =
      counter("strictmx_late_answers_total", "Answers given at the deadline, before the result");
  Counter& too_long =
      counter("strictmx_answers_too_long_total", "Answers for Sendmail into which no host fitted");
  Counter& evicted =
      counter("strictmx_clients_evicted_total", "Idle clients closed to make room or for age");
  Counter& reports = counter("strictmx_reports_total", "TLS reports made");
  Gauge& reports_waiting =
      gauge("strictmx_report_deliveries_waiting", "Deliveries of TLS reports not done yet");
  Gauge& degraded = gauge("strictmx_store_degraded", "1 while policies cannot be written");
  Gauge& loading = gauge("strictmx_store_loading", "1 while policies are read after the start");
  Gauge& unsaved = gauge("strictmx_store_unsaved", "Policies that wait for the disk to work");
  Gauge& clients = gauge("strictmx_clients", "Connected clients");
  Gauge& lookups_now = gauge("strictmx_lookups_in_flight", "Look-ups under way");
  Gauge& policies = gauge("strictmx_policies", "Policies known, expired ones included");
  Gauge& late = gauge("strictmx_policies_late", "Policies with half of their max_age over");
  Gauge& critical =
      gauge("strictmx_policies_critical", "Policies with four fifths of their max_age over");
  Gauge& negatives = gauge("strictmx_negative_entries", "Domains remembered as without policy");
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::count_lookup(DomainRule rule) {
  impl_->lookup[static_cast<std::size_t>(rule)]->Increment();
}
void Metrics::count_fetch(FetchStatus status) {
  impl_->fetch[static_cast<std::size_t>(status)]->Increment();
}
void Metrics::count_policy_failure(ResultType type, PolicyMode kept) {
  for (std::size_t f = 0; f < kFailures.size(); ++f) {
    if (kFailures[f] == type) impl_->failure[f][static_cast<std::size_t>(kept)]->Increment();
  }
}
void Metrics::count_store_failure() { impl_->store_failures.Increment(); }
void Metrics::set_store_health(bool degraded, std::size_t unsaved) {
  impl_->degraded.Set(degraded ? 1 : 0);
  impl_->unsaved.Set(static_cast<double>(unsaved));
}
void Metrics::set_store_loading(bool loading) { impl_->loading.Set(loading ? 1 : 0); }
void Metrics::count_bad_request() { impl_->bad_requests.Increment(); }
void Metrics::count_late_answer() { impl_->late_answers.Increment(); }
void Metrics::set_clients(std::size_t n) { impl_->clients.Set(static_cast<double>(n)); }
void Metrics::count_client_evicted() { impl_->evicted.Increment(); }
void Metrics::set_lookups(std::size_t n) { impl_->lookups_now.Set(static_cast<double>(n)); }
void Metrics::set_policies(std::size_t n) { impl_->policies.Set(static_cast<double>(n)); }
void Metrics::set_negatives(std::size_t n) { impl_->negatives.Set(static_cast<double>(n)); }

void Metrics::count_refresh(Refresh outcome) {
  (outcome == Refresh::ok ? impl_->refreshed : impl_->refresh_failed)->Increment();
}
void Metrics::set_policies_late(std::size_t late, std::size_t critical) {
  impl_->late.Set(static_cast<double>(late));
  impl_->critical.Set(static_cast<double>(critical));
}

void Metrics::count_datagrams(std::size_t datagrams) {
  impl_->datagrams.Increment(static_cast<double>(datagrams));
}

void Metrics::count_malformed_datagram(DatagramFault fault) {
  impl_->malformed_datagram[static_cast<std::size_t>(fault)]->Increment();
}

void Metrics::set_datagram_queue(unsigned limit) { impl_->datagram_queue.Set(limit); }

void Metrics::count_policy_events() { impl_->policy_events.Increment(); }

void Metrics::count_results_lost(Lost why, std::uint64_t results) {
  if (results > 0)
    impl_->lost[static_cast<std::size_t>(why)]->Increment(static_cast<double>(results));
}

void Metrics::count_day_store_failure() { impl_->day_store_failures.Increment(); }

void Metrics::count_reports(std::size_t made) {
  impl_->reports.Increment(static_cast<double>(made));
}
void Metrics::count_report_attempt(AttemptOutcome::Kind outcome) {
  impl_->attempt[static_cast<std::size_t>(outcome)]->Increment();
}
void Metrics::set_reports_waiting(std::size_t n) {
  impl_->reports_waiting.Set(static_cast<double>(n));
}
void Metrics::count_session(Session outcome) {
  impl_->session[static_cast<std::size_t>(outcome)]->Increment();
}
void Metrics::count_answer_too_long() { impl_->too_long.Increment(); }

std::string Metrics::text() const {
  const std::lock_guard lock(impl_->reading);
  for (std::size_t i = 0; i < kAnswers; ++i) {
    Counter& told = *impl_->answer[i];
    told.Increment(static_cast<double>(answers_[i].load(std::memory_order_relaxed)) - told.Value());
  }
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace strictmx
