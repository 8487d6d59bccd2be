#include "service/policyd/session_reporter.h"

#include <algorithm>

#include "core/tlsrpt_record.h"
#include "core/txt_record.h"
#include "net/spawn.h"
#include "wire/tlsrpt_writer.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxInFlight = 1000;
constexpr std::size_t kMaxRecords = 100000;
constexpr Millis kPatience{10000};

// RFC 8460 §3: one record and no more.
std::string choose_record(const TxtAnswer& answer) {
  const auto [count, record] = find_txt_candidates(answer.records, kTlsRptVersion);
  return count == 1 && record.size() <= kMaxRecordBytes ? std::string(record) : std::string();
}

}  // namespace

ReportedPolicy describe_session_policy(const TlsSession& session, const DomainVerdict& verdict) {
  if (session.by == TlsSession::By::dane) {
    return ReportedPolicy{
        PolicyType::tlsa, session.host.empty() ? session.domain.text() : session.host, {}, {}};
  }
  const auto& known = verdict.policy;
  if (!known || known->policy.mode == PolicyMode::none) {
    return ReportedPolicy{PolicyType::no_policy_found, session.domain.text(), {}, {}};
  }
  return reported_sts_policy(known->domain, known->policy);
}

std::optional<TlsSession> judge_session(TlsSession session, const DomainVerdict& verdict) {
  if (session.failure || session.proof == TlsSession::Proof::verified || !verdict.policy) {
    return session;
  }
  switch (verdict.policy->policy.mode) {
    case PolicyMode::none:
      return session;
    case PolicyMode::enforce:
      return std::nullopt;
    case PolicyMode::testing:
      break;
  }
  session.failure.emplace();
  session.failure->type = ResultType::validation_failure;
  session.failure->receiving_mx_hostname = session.host;
  session.failure->reason_code = "certificate not verified";
  bound(*session.failure);
  return session;
}

SessionReporter::SessionReporter(Parts parts, const std::string& socket)
    : parts_(parts), wanted_(!socket.empty()), sender_(socket), records_(kMaxRecords) {}

void SessionReporter::take(const LineEvent& event) {
  auto session = read_session(event);
  if (!session) {
    parts_.metrics.count_session(Metrics::Session::bad);
    parts_.log.debug("bad_session_event", {{"why", session.error().detail}});
    return;
  }
  if (!*session) return;
  if (!wanted_ || in_flight_ >= kMaxInFlight) {
    parts_.metrics.count_session(Metrics::Session::dropped);
    return;
  }
  ++in_flight_;
  Task<void> task = report(*this, **std::move(session));
  spawn(parts_.io, std::move(task));
}

Task<void> SessionReporter::report(SessionReporter& self, TlsSession session) {
  Metrics::Session outcome = Metrics::Session::dropped;
  try {
    const std::string record = co_await self.record_of(session.domain);
    if (record.empty()) {
      outcome = Metrics::Session::unwanted;
    } else {
      const NextHop hop{session.domain, Routing::mx};
      const Verdicts::Shared decision =
          co_await self.parts_.verdicts.decide(hop, DaneUse::on, kPatience);
      const std::optional<TlsSession> judged = judge_session(session, decision->verdict);
      outcome = judged ? self.send(*judged, record, decision->verdict) : Metrics::Session::unwanted;
    }
  } catch (const std::exception& bug) {
    self.parts_.log.error("session_bug", {{"what", bug.what()}});
  }
  self.parts_.metrics.count_session(outcome);
  --self.in_flight_;
}

Metrics::Session SessionReporter::send(const TlsSession& session, std::string_view record,
                                       const DomainVerdict& verdict) {
  const ReportedPolicy policy = describe_session_policy(session, verdict);
  const bool sent =
      sender_.send(write_tlsrpt_datagram(session.domain, record, policy, session.failure));
  return sent ? Metrics::Session::sent : Metrics::Session::dropped;
}

Task<std::string> SessionReporter::record_of(Domain domain) {
  const MonoTime now = parts_.clock.now().mono;
  const Record* known = records_.find(domain.text());
  if (known != nullptr && now < known->until) co_return known->text;
  const auto name = domain.prefixed("_smtp._tls");
  if (!name) co_return "";
  const TxtAnswer answer = co_await parts_.dns.query_txt(*name, now + kPatience);
  const Seconds hold = std::clamp(answer.meta.ttl, kShortestHold, kLongestHold);
  std::string text = choose_record(answer);
  records_.put(domain.text(), Record{text, now + hold});
  co_return text;
}

}  // namespace strictmx
