// core/fetch_outcome.h: every way a policy fetch can end (RFC 8461 §3.3), each with a name,
// because each is told to the operator and to the domain's owner differently (RFC 8460 §4.3.2.2).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strictmx {

enum class FetchStatus : std::uint8_t {
  ok,                     // verified TLS, status 200, text/plain, complete body within the limit
  host_not_found,         // the policy host has no address (NXDOMAIN or no A and AAAA)
  dns_failure,            // its addresses could not be looked up
  address_refused,        // only private or special addresses, and the configuration forbids them
  connect_failed,         // refused, unreachable, reset
  tls_failed,             // no common version, alert, handshake cut
  certificate_expired,    // RFC 8461 §3.3: chain, dates, DNS-ID of the policy host
  certificate_name,       // no DNS-ID for the policy host
  certificate_untrusted,  // chain does not lead to a trusted root
  redirected,             // 3xx, never followed
  http_status,            // any other status than 200
  media_type,             // not text/plain
  too_large,              // over 65536 octets of body or 16384 of header
  truncated,              // connection ended before the body was complete
  protocol_error,         // not HTTP
  timeout,                // total deadline passed
  cancelled,              // given up because the program stops
  overloaded,             // our own limit of concurrent fetches
};
std::string_view name_of(FetchStatus status);

struct FetchOutcome {
  FetchStatus status = FetchStatus::protocol_error;
  std::string body;    // only for ok
  std::string detail;  // short reason in our words ("http-404", "X509: certificate has expired")
};

}  // namespace strictmx
