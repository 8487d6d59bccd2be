// net/dns_packet.h: what an answer in wire format says about one question. Pure; private to net.
// Source: RFC 1035 §4.1, RFC 2308 §5 (negative TTL). The octets come from libunbound, which has
// checked and re-encoded them; nothing here relies on that.
// Limits: 65535 octets, 16 CNAME steps.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/dns_answer.h"

namespace strictmx {

struct DnsPacket {
  unsigned rcode = 0;
  std::string canonical;           // last name of the CNAME chain, lower case; empty without one
  std::vector<std::string> rdata;  // of the records of the type at the end of the chain, with
                                   // names uncompressed
  std::string zone;  // owner of the SOA record among the authority records; empty without
  std::optional<WallTime> signed_until;  // earliest expiration of the RRSIG records
  bool wildcard = false;  // the records' RRSIG has fewer labels than their owner (RFC 4034 §3.1.3)
  Seconds ttl{0};  // smallest of the chain and the records; without records: of the chain and SOA
};

// `name` is the question's, without final dot. A question for CNAME itself follows none. Errors:
// Errc::syntax.
Result<DnsPacket> read_dns_packet(std::span<const unsigned char> octets, std::string_view name,
                                  RrType type);

}  // namespace strictmx
