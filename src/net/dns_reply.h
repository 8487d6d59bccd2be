// net/dns_reply.h: from the octets of a DNS reply to the answers of net/dns_client, for each kind
// of client. Pure; private to net.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/dane.h"
#include "core/dns_answer.h"
#include "net/dns_packet.h"

namespace strictmx {

// One answer before its record data is read.
struct DnsReply {
  DnsMeta meta;
  std::vector<std::string> rdata;
};

// Of `why` 512 octets are kept.
DnsReply failed_reply(DnsStatus status, std::string_view why);

// `trust` is what is known of the reply if it is good. What does not parse is servfail.
DnsReply read_dns_reply(std::span<const unsigned char> octets, std::string_view name, RrType type,
                        DnsTrust trust);

// A name that can be asked for: only what prints and needs no escape.
bool is_askable(std::string_view name);

std::string tlsa_name(const Domain& base);  // _25._tcp.<base>

// Record data that does not parse is dropped and mentioned in meta.why; if nothing is left of
// something, the answer is servfail and not empty.
TxtAnswer txt_answer(DnsReply reply);
MxAnswer mx_answer(DnsReply reply);
TlsaAnswer tlsa_answer(DnsReply reply);
// One family's failure does not hide the other's addresses.
AddressAnswer address_answer(DnsReply v6, DnsReply v4);

}  // namespace strictmx
