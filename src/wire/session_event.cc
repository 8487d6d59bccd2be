#include "wire/session_event.h"

#include <array>

#include "base/text.h"

namespace strictmx {

namespace {

std::string text_of(const LineEvent& event, std::string_view key) {
  const std::string* value = event.find(key);
  return value != nullptr ? *value : std::string();
}

struct EximCause {
  std::string_view part;  // of the text that Exim logs
  ResultType type;
};
// With both TLS libraries.
constexpr std::array kEximCauses{
    EximCause{"expired", ResultType::certificate_expired},
    EximCause{"hostname", ResultType::certificate_host_mismatch},
    EximCause{"host name", ResultType::certificate_host_mismatch},
    EximCause{"name mismatch", ResultType::certificate_host_mismatch},
    EximCause{"self-signed", ResultType::certificate_not_trusted},
    EximCause{"self signed", ResultType::certificate_not_trusted},
    EximCause{"issuer", ResultType::certificate_not_trusted},
};

ResultType exim_cause(const LineEvent& event) {
  if (text_of(event, "errno") == "-38") return ResultType::starttls_not_supported;
  const std::string why = ascii_lower(text_of(event, "data"));
  for (const auto& cause : kEximCauses) {
    if (why.find(cause.part) != std::string::npos) return cause.type;
  }
  return ResultType::validation_failure;
}

// Events: tcp:close at the end of each connection, with the cipher where there was TLS;
// msg:host:defer with -37 (verification, handshake) and -38 (STARTTLS not offered); dane:fail with
// a word of RFC 8460. Others, and those without TLS, are no session to count.
Result<std::optional<TlsSession>> read_exim(const LineEvent& event, TlsSession session) {
  const std::string what = text_of(event, "what");
  if (what == "tcp:close") {
    if (text_of(event, "cipher").empty()) return std::nullopt;
    const bool good = text_of(event, "verified") == "1" || session.by == TlsSession::By::dane;
    session.proof = good ? TlsSession::Proof::verified : TlsSession::Proof::unknown;
    return session;
  }
  FailureDetails failure;
  if (what == "dane:fail") {
    session.by = TlsSession::By::dane;
    failure.type =
        parse_result_type(text_of(event, "data")).value_or(ResultType::validation_failure);
  } else if (what == "msg:host:defer") {
    const std::string error = text_of(event, "errno");
    if (error != "-37" && error != "-38") return std::nullopt;
    failure.type = exim_cause(event);
  } else {
    return std::nullopt;
  }
  session.failure = std::move(failure);
  return session;
}

Result<std::optional<TlsSession>> read_plain(const LineEvent& event, TlsSession session) {
  const std::string result = text_of(event, "result");
  if (result == "success") return session;
  const auto type = parse_result_type(result);
  if (!type) return fail(Errc::syntax, "result is neither success nor a type of RFC 8460");
  session.failure.emplace();
  session.failure->type = *type;
  return session;
}

}  // namespace

Result<std::optional<TlsSession>> read_session(const LineEvent& event) {
  auto domain = Domain::parse(text_of(event, "domain"));
  if (!domain) return fail(Errc::syntax, "domain: " + domain.error().detail);
  TlsSession session{*std::move(domain), TlsSession::By::policy, std::nullopt,
                     text_of(event, "host"), TlsSession::Proof::verified};
  if (text_of(event, "dane") == "yes") session.by = TlsSession::By::dane;
  const bool exim = event.find("what") != nullptr;
  auto read = exim ? read_exim(event, std::move(session)) : read_plain(event, std::move(session));
  if (!read || !*read || !(*read)->failure) return read;
  FailureDetails& failure = *(*read)->failure;
  failure.receiving_mx_hostname = text_of(event, "host");
  failure.receiving_ip = text_of(event, "address");
  failure.receiving_mx_helo = text_of(event, "helo");
  failure.reason_code = exim ? text_of(event, "data") : text_of(event, "reason");
  bound(failure);
  return read;
}

}  // namespace strictmx
