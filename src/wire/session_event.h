// wire/session_event.h: what an MTA without TLS reports of its own tells of its TLS sessions: an
// `event` line (wire/line_query, docs/line.md) or the body of POST /v1/session. Pure.
//   event domain=D result=success|RESULT-TYPE host=H address=A helo=N reason=TEXT dane=yes mta=NAME
//   event mta=exim what=EVENT domain=D host=H address=A errno=N cipher=C verified=0|1 dane=yes
//   data=TEXT
// The second form is Exim's event_action (docs/exim.md), translated here.
#pragma once
#include <optional>

#include "core/tls_result.h"
#include "wire/line_query.h"

namespace strictmx {

struct TlsSession {
  Domain domain;  // the next hop
  enum class By : std::uint8_t { policy, dane } by = By::policy;
  std::optional<FailureDetails> failure;  // absent: a session over TLS
  std::string host;                       // MX host; may be empty
  // Without failure: whether the certificate was found good. Exim ends a connection to a host that
  // fails its verification with the same event as one where it was not asked for.
  enum class Proof : std::uint8_t { verified, unknown } proof = Proof::verified;
};

// Nullopt: the event says nothing that a report would count.
// Errors: Errc::syntax (domain, result).
Result<std::optional<TlsSession>> read_session(const LineEvent& event);

}  // namespace strictmx
