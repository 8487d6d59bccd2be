// wire/tlsrpt_datagram.h: what an MTA tells of one TLS session, as libtlsrpt sends it to a
// collector: one JSON object in one datagram. Pure. Format: docs/formats/tlsrpt-datagram.md.
// Tolerant: members in any order, unknown ones, invalid UTF-8, any escapes; what is of the wrong
// type is left out, alone if it can be. Texts are within the limits of core/tls_result: bound().
// Limits: 262144 octets, depth of 16, 16 policies, 64 failures of each.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "core/tls_result.h"

namespace strictmx {

constexpr std::size_t kMaxDatagramBytes = 262144;  // the system's own limit is near 212960
constexpr std::size_t kMaxDatagramPolicies = 16;
constexpr std::size_t kMaxDatagramFailures = 64;

enum class DatagramFault : std::uint8_t {
  empty,
  too_large,
  syntax,       // no JSON
  too_deep,     // nested deeper than anything we read
  not_object,   // JSON, but no object
  version,      // of another format
  domain,       // no policy domain, or none that is one
  policies,     // no list of policies, or no object in it
  policy_type,  // none of tlsa, sts, no-policy-found
  outcome,      // a policy that says neither success nor failure
  failure,      // failure details that are none
  too_many,     // policies or failures
};
std::string_view name_of(DatagramFault fault);  // as in metrics: the enumerator
constexpr std::size_t kDatagramFaults = static_cast<std::size_t>(DatagramFault::too_many) + 1;

struct TlsrptDatagram {
  DomainResults results;              // of one session; the day is for the receiver to set
  std::optional<DatagramFault> flaw;  // why some of it was left out
};

std::expected<TlsrptDatagram, DatagramFault> parse_tlsrpt_datagram(std::string_view octets);

}  // namespace strictmx
