// service/policyd/front_ends.h: the front ends that need no speed, and what they share: the line
// protocol, the HTTP API. Lives on the look-up thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "service/policyd/api.h"
#include "service/policyd/line_server.h"
#include "service/policyd/session_reporter.h"
#include "service/policyd/verdicts.h"

namespace strictmx {

class FrontEnds {
 public:
  // All must outlive the object and the handlers of `io`.
  struct Parts {
    asio::io_context& io;
    Engine& engine;
    DnsClient& dns;
    const Clock& clock;
    Metrics& metrics;
    Log& log;
  };
  // `collector`: path of the socket that TLS sessions are told to; may be empty.
  FrontEnds(Parts parts, Millis deadline, const std::string& collector);

  // Endpoints of the line protocol, and of the API (empty: none). Errors: Errc::usage, Errc::io.
  Result<void> open(const std::vector<std::string>& lines, const std::string& api);

  void set_deadline(Millis deadline);

  // What is known of the domain is looked up anew by the next question.
  void forget(const Domain& domain) { verdicts_.forget(domain); }

  // Takes no more clients. Those that are there may ask for a little longer (kLineFarewell,
  // kHttpFarewell), and get what is known or a deferral.
  void stop();

  // Whether a question still waits, or may still come.
  bool busy() const {
    return verdicts_.waiting() > 0 || sessions_.in_flight() > 0 || lines_.clients() > 0 ||
           (http_ && http_->connections() > 0);
  }

 private:
  Parts parts_;
  Verdicts verdicts_;
  SessionReporter sessions_;
  LineServer lines_;
  Api api_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace strictmx
