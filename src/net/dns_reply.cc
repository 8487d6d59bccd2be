#include "net/dns_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "wire/dns_rdata.h"

namespace strictmx {

namespace {

constexpr std::size_t kMaxWhy = 512;  // octets of the resolver's words that are kept

// Reads each record; what does not parse is left out and noted. If nothing is left of something,
// the answer is unusable and not empty.
template <class T>
std::vector<T> read_records(DnsReply& reply, Result<T> (*parse)(std::string_view)) {
  auto values = parse_each(reply.rdata, parse, reply.meta.why);
  if (values.empty() && !reply.rdata.empty()) reply.meta.status = DnsStatus::servfail;
  return values;
}

// Addresses count more than anything; a failure counts more than "none", because the failed
// family may have had some; "none" counts more than "no such name".
int rank(DnsStatus status) {
  switch (status) {
    case DnsStatus::found:
      return 0;
    case DnsStatus::bogus:
      return 1;
    case DnsStatus::servfail:
      return 2;
    case DnsStatus::timeout:
      return 3;
    case DnsStatus::no_data:
      return 4;
    case DnsStatus::no_name:
      return 5;
  }
  return 6;
}

DnsMeta merge(DnsMeta v6, DnsMeta v4) {
  auto& better = rank(v6.status) < rank(v4.status) ? v6 : v4;
  const auto& other = &better == &v6 ? v4 : v6;
  if (is_failure(better.status) || is_failure(other.status)) return better;
  const bool both = better.status == other.status;
  if (both) better.ttl = std::min(better.ttl, other.ttl);
  if (both && other.trust == DnsTrust::insecure) better.trust = DnsTrust::insecure;
  return better;
}

}  // namespace

DnsReply failed_reply(DnsStatus status, std::string_view why) {
  DnsReply reply;
  reply.meta.status = status;
  reply.meta.why = why.substr(0, kMaxWhy);
  return reply;
}

DnsReply read_dns_reply(std::span<const unsigned char> octets, std::string_view name, RrType type,
                        DnsTrust trust) {
  auto packet = read_dns_packet(octets, name, type);
  if (!packet) return failed_reply(DnsStatus::servfail, packet.error().detail);
  DnsReply reply;
  reply.meta.trust = trust;
  reply.meta.ttl = packet->ttl;
  reply.meta.canonical = std::move(packet->canonical);
  reply.meta.zone = std::move(packet->zone);
  reply.meta.signed_until = packet->signed_until;
  reply.meta.wildcard = packet->wildcard;
  constexpr unsigned kNoError = 0;
  constexpr unsigned kNameError = 3;
  if (packet->rcode == kNameError) {
    reply.meta.status = DnsStatus::no_name;
  } else if (packet->rcode != kNoError) {
    return failed_reply(DnsStatus::servfail, fmt::format("rcode {}", packet->rcode));
  } else {
    reply.meta.status = packet->rdata.empty() ? DnsStatus::no_data : DnsStatus::found;
    reply.rdata = std::move(packet->rdata);
  }
  return reply;
}

bool is_askable(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (const auto label : split(name, '.')) {
    if (label.empty() || label.size() > 63) return false;
  }
  return std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
}

std::string tlsa_name(const Domain& base) { return "_25._tcp." + base.text(); }

TxtAnswer txt_answer(DnsReply reply) {
  auto records = read_records<std::string>(reply, parse_txt_rdata);
  return {std::move(reply.meta), std::move(records)};
}

MxAnswer mx_answer(DnsReply reply) {
  auto hosts = read_records<MxHost>(reply, parse_mx_rdata);
  std::ranges::sort(hosts, [](const MxHost& a, const MxHost& b) {
    return std::tie(a.preference, a.exchange) < std::tie(b.preference, b.exchange);
  });
  return {std::move(reply.meta), std::move(hosts)};
}

TlsaAnswer tlsa_answer(DnsReply reply) {
  auto records = read_records<TlsaRecord>(reply, parse_tlsa_rdata);
  return {std::move(reply.meta), std::move(records)};
}

AddressAnswer address_answer(DnsReply v6, DnsReply v4) {
  const auto addresses6 = read_records<IpAddress>(v6, parse_aaaa_rdata);
  const auto addresses4 = read_records<IpAddress>(v4, parse_a_rdata);
  AddressAnswer answer;
  answer.meta = merge(std::move(v6.meta), std::move(v4.meta));
  answer.addresses = interleave(addresses6, addresses4);
  return answer;
}

}  // namespace strictmx
