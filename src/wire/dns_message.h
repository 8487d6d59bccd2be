// wire/dns_message.h: the question that a stub resolver sends, and what the head of a reply says.
// Pure. Source: RFC 1035 §4.1, RFC 6891 (EDNS), RFC 6840 §5.7, §5.8 (the AD bit), RFC 8914
// (extended errors). Not here: the records of the reply (net/dns_packet). Limits: names of 255
// octets in wire form, replies of 65535 octets.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strictmx {

// What we take over UDP: it fits an Ethernet frame, so that nothing is fragmented.
constexpr std::uint16_t kDnsUdpBytes = 1232;

struct DnsQuestion {
  std::uint16_t id;
  std::string name;  // without final dot
  std::uint16_t type;
};

// Recursion desired, AD (tell whether it is validated) and DO set. Errors: Errc::syntax, a name
// that has no wire form.
Result<std::string> format_dns_query(const DnsQuestion& question);

struct DnsReplyHead {
  unsigned rcode = 0;  // with the upper bits of EDNS
  bool truncated = false;
  bool authentic = false;                  // the AD bit
  std::optional<unsigned> extended_error;  // RFC 8914 info code
  std::string extended_text;               // remote text
};

// Nullopt: no reply to this question (another id or question, a query, garbage); it says nothing.
std::optional<DnsReplyHead> read_dns_reply_head(std::string_view reply,
                                                const DnsQuestion& question);

// RFC 8914 §4: the codes that say that DNSSEC validation failed.
bool is_bogus(unsigned extended_error);

}  // namespace strictmx
