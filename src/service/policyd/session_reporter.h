// service/policyd/session_reporter.h: sessions that MTAs without TLS reports of their own tell of
// (wire/session_event), handed on to the collector as libtlsrpt would: with the policy that held,
// and only for domains that want reports (RFC 8460 §3). Lives on the look-up thread.
// Limits: 1000 sessions whose look-ups are under way, further ones are dropped; the records of
// 100,000 domains, each for its TTL, 60 s to 1 h.
#pragma once
#include <string>

#include "base/log.h"
#include "net/datagram_sender.h"
#include "net/dns_client.h"
#include "service/metrics.h"
#include "service/policyd/event_sink.h"
#include "service/policyd/verdicts.h"
#include "wire/session_event.h"

namespace strictmx {

// The policy that a session of the domain was under, as it is reported.
ReportedPolicy describe_session_policy(const TlsSession& session, const DomainVerdict& verdict);

// What is to be counted of a session, now that the policy is known; nullopt: nothing. One whose
// certificate was not found good is the failure under testing (RFC 8461 §5), what another event
// tells under enforce, and nothing to complain of without a policy.
std::optional<TlsSession> judge_session(TlsSession session, const DomainVerdict& verdict);

class SessionReporter : public EventSink {
 public:
  // All must outlive the object and the handlers of `io`.
  struct Parts {
    asio::io_context& io;
    Verdicts& verdicts;
    DnsClient& dns;
    const Clock& clock;
    Metrics& metrics;
    Log& log;
  };
  // `socket`: path of the collector's; empty: sessions are counted and dropped.
  SessionReporter(Parts parts, const std::string& socket);

  void take(const LineEvent& event) override;

  std::size_t in_flight() const { return in_flight_; }

 private:
  struct Record {
    std::string text;  // empty: the domain wants no reports
    MonoTime until;
  };

  static Task<void> report(SessionReporter& self, TlsSession session);
  Task<std::string> record_of(Domain domain);
  Metrics::Session send(const TlsSession& session, std::string_view record,
                        const DomainVerdict& verdict);

  Parts parts_;
  bool wanted_;
  DatagramSender sender_;
  std::size_t in_flight_ = 0;
  GenerationMap<Record> records_;
};

}  // namespace strictmx
