// core/check/policy_host_facts.h: what an HTTPS server answers to a request for one policy file,
// address by address, as values. Filled by net/https_probe; judged by the rules of strictmx check.
// Source: RFC 8461 §3.3, RFC 9110.
// The probe goes on where a sender must stop (wrong certificate, redirect, other status), to tell
// everything that is wrong at once; it never follows a redirect.
// Limits: body 65537 octets are kept (one over the limit), header fields 16384 octets.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/check/dns_facts.h"
#include "core/check/smtp_facts.h"
#include "core/check/tls_facts.h"
#include "core/fetch_outcome.h"

namespace strictmx {

struct HttpField {
  std::string name;  // lower case
  std::string value;
};

// How far one request came.
enum class HttpEnd : std::uint8_t {
  not_tried,
  complete,  // head and whole body
  no_connection,
  tls_failed,
  closed,     // before the head was complete
  truncated,  // within the body
  too_large,  // head or body beyond our limits
  protocol,   // not HTTP
  timeout,
  local,
};
std::string_view name_of(HttpEnd end);

struct HttpFacts {
  HttpEnd end = HttpEnd::not_tried;
  std::string detail;
  unsigned status = 0;  // 0: no head
  bool is_http_1_0 = false;
  std::vector<HttpField> fields;
  std::string body;
  std::size_t body_bytes = 0;  // as read; more than body.size() when cut
  Millis first_byte{0};        // from the request
  Millis total{0};             // from the start of the connection

  const std::string* field(std::string_view name) const;  // the first one; null without
  std::size_t count(std::string_view name) const;
};

struct PolicyAddressFacts {
  IpAddress address;
  ConnectFacts connect = {};
  TlsFacts tls = {};
  HttpFacts http = {};
  std::optional<TlsFacts> any_tls = {};  // after a failed handshake: everything we can speak
};

struct PolicyHostFacts {
  NameFacts dns;  // of "mta-sts." and the domain
  std::vector<PolicyAddressFacts> addresses;
  // The same request to one good address with the User-Agent of a browser; absent: not tried.
  std::optional<HttpFacts> as_browser;
  // As a sender fetches it: all addresses, every rule of RFC 8461 §3.3.
  FetchOutcome outcome;
  bool fetched = false;  // `outcome` was tried
};

}  // namespace strictmx
