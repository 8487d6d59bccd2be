// core/dns_answer.h: DNS results as values. "No such record" is an answer, not an error; failures
// keep apart what leads to different rules: RFC 8461 is silent on them, RFC 7672 §2.1.1 is not.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/domain.h"
#include "core/ip_address.h"

namespace strictmx {

enum class DnsStatus : std::uint8_t {
  found,     // at least one record of the type
  no_data,   // the name exists, the type does not
  no_name,   // NXDOMAIN
  servfail,  // the resolver could not get an answer
  bogus,     // DNSSEC validation failed
  timeout,   // no answer before the deadline
};
std::string_view name_of(DnsStatus status);
constexpr bool is_failure(DnsStatus s) {
  return s == DnsStatus::servfail || s == DnsStatus::bogus || s == DnsStatus::timeout;
}

// Record types by their IANA numbers.
enum class RrType : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  mx = 15,
  txt = 16,
  aaaa = 28,
  ds = 43,
  dnskey = 48,
  nsec3param = 51,
  tlsa = 52,
  caa = 257,
};

enum class DnsTrust : std::uint8_t { insecure, secure };  // secure: DNSSEC-validated

struct DnsMeta {
  DnsStatus status = DnsStatus::servfail;
  DnsTrust trust = DnsTrust::insecure;
  Seconds ttl{0};         // smallest TTL of the answer; for no_data and no_name by its SOA
  std::string canonical;  // last name of the CNAME chain, lower case; empty without CNAME
  std::string why;        // for failures: resolver's words, remote text
  std::string zone = {};  // owner of the SOA record of a negative answer; empty without
  // Earliest end of the RRSIG records of the answer; absent without any.
  std::optional<WallTime> signed_until = {};
  bool wildcard = false;  // its RRSIG says that a "*" record was expanded (RFC 4034 §3.1.3)
};

// Records of any type, not looked into.
struct RawAnswer {
  DnsMeta meta;
  std::vector<std::string> rdata;  // octets; names in NS, CNAME and MX records are uncompressed
};

struct TxtAnswer {
  DnsMeta meta;
  std::vector<std::string> records;  // one per RR, its character-strings joined (RFC 8461 §3.1)
};

struct MxHost {
  std::uint16_t preference;
  std::string exchange;  // lower case, no final dot; may be no valid Domain; "" is the null MX
};

struct MxAnswer {
  DnsMeta meta;
  std::vector<MxHost> hosts;  // sorted by preference, then name
};

struct AddressAnswer {
  DnsMeta meta;                      // of the better of both families
  std::vector<IpAddress> addresses;  // IPv6 and IPv4 as they came, interleaved
};

}  // namespace strictmx
