#include "wire/session_event.h"

#include <doctest/doctest.h>

using namespace strictmx;

namespace {

// The outcome in short: "domain host by type reason", "nothing", or the error.
std::string shown(std::string_view line) {
  const auto query = parse_line_query(line);
  REQUIRE(query);
  const auto session = read_session(std::get<LineEvent>(*query));
  if (!session) return "error " + session.error().detail;
  if (!*session) return "nothing";
  const TlsSession& seen = **session;
  std::string text = seen.domain.text() + " " + seen.host;
  text += seen.by == TlsSession::By::dane ? " dane" : " policy";
  if (!seen.failure) {
    return text + (seen.proof == TlsSession::Proof::verified ? " success" : " unproved");
  }
  text += " " + std::string(name_of(seen.failure->type));
  if (!seen.failure->receiving_ip.empty()) text += " " + seen.failure->receiving_ip;
  if (!seen.failure->reason_code.empty()) text += " " + seen.failure->reason_code;
  return text;
}

}  // namespace

TEST_CASE("sessions that an MTA or a script tells of") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"event domain=Shop.example result=success host=mx.shop.example",
       "shop.example mx.shop.example policy success"},
      {"event domain=a.example result=certificate-expired host=mx address=192.0.2.1 reason=\"x y\"",
       "a.example mx policy certificate-expired 192.0.2.1 x y"},
      {"event domain=a.example result=success dane=yes", "a.example  dane success"},
      {"event domain=a.example result=bad",
       "error result is neither success nor a type of RFC 8460"},
      {"event domain=a.example", "error result is neither success nor a type of RFC 8460"},
  };
  for (const auto& [line, expected] : rows) CHECK(shown(line) == expected);
  CHECK(shown("event result=success").starts_with("error domain: "));
  CHECK(shown("event domain=[192.0.2.1] result=success").starts_with("error domain: "));
}

TEST_CASE("events of Exim") {
  const std::string head = "event mta=exim domain=a.example host=mx.a.example address=192.0.2.1 ";
  const std::pair<std::string, std::string_view> rows[] = {
      {"what=tcp:close errno= cipher=\"TLS1.3:ECDHE:256\" verified=1",
       "a.example mx.a.example policy success"},
      {"what=tcp:close errno= cipher=\"TLS1.3:ECDHE:256\" verified=0",
       "a.example mx.a.example policy unproved"},
      {"what=tcp:close errno= cipher=\"TLS1.3:ECDHE:256\" verified=0 dane=yes",
       "a.example mx.a.example dane success"},
      {"what=tcp:close errno= cipher=\"\"", "nothing"},
      {"what=msg:delivery cipher=\"x\"", "nothing"},
      {"what=msg:host:defer errno=111 data=\"Connection refused\"", "nothing"},
      {"what=msg:host:defer errno=-38 data=\"a TLS session is required\"",
       "a.example mx.a.example policy starttls-not-supported 192.0.2.1 a TLS session is required"},
      {"what=msg:host:defer errno=-37 data=\"certificate has expired\"",
       "a.example mx.a.example policy certificate-expired 192.0.2.1 certificate has expired"},
      {"what=msg:host:defer errno=-37 data=\"certificate hostname mismatch\"",
       "a.example mx.a.example policy certificate-host-mismatch 192.0.2.1 certificate hostname "
       "mismatch"},
      {"what=msg:host:defer errno=-37 data=\"(certificate verification failed)\"",
       "a.example mx.a.example policy validation-failure 192.0.2.1 (certificate verification "
       "failed)"},
      {"what=msg:host:defer errno=-37 data=\"handshake\"",
       "a.example mx.a.example policy validation-failure 192.0.2.1 handshake"},
      {"what=dane:fail data=dane-required",
       "a.example mx.a.example dane dane-required 192.0.2.1 dane-required"},
  };
  for (const auto& [line, expected] : rows) CHECK(shown(head + line) == expected);
}
