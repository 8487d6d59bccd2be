#include "service/check/dns_questions.h"

#include <algorithm>
#include <utility>

#include "core/check/check_facts.h"
#include "net/task_group.h"
#include "wire/dns_rdata.h"

namespace strictmx {
namespace {

constexpr unsigned kMaxClimb = 10;

Task<RawAnswer> ask(const CheckParts& parts, std::string name, RrType type, MonoTime deadline) {
  const auto until = dns_deadline(parts, deadline);
  auto answer = co_await parts.dns.query_raw(std::move(name), type, until);
  co_return answer;
}

// The records that can be read; what cannot is mentioned in the meta.
template <class T>
std::vector<T> read_all(RawAnswer& answer, Result<T> (*parse)(std::string_view)) {
  return parse_each(answer.rdata, parse, answer.meta.why);
}

// Without its first label; empty at the end.
std::string parent_of(const std::string& name) {
  const auto dot = name.find('.');
  return dot == std::string::npos ? "" : name.substr(dot + 1);
}

Task<void> ask_name_servers(const CheckParts& parts, ZoneFacts& zone, MonoTime deadline) {
  auto answer = co_await ask(parts, zone.apex, RrType::ns, deadline);
  auto names = read_all(answer, parse_name_rdata);
  zone.ns = std::move(answer.meta);
  std::ranges::sort(names);
  names.resize(std::min(names.size(), kMaxCheckedNameServers));
  zone.name_servers.resize(names.size());
  TaskGroup all(parts.io);
  for (std::size_t i = 0; i < names.size(); ++i)
    all.add(store_in(ask_name(parts, std::move(names[i]), deadline), zone.name_servers[i]));
  co_await all.join();
}

Task<void> ask_keys(const CheckParts& parts, ZoneFacts& zone, MonoTime deadline) {
  RawAnswer ds;
  RawAnswer dnskey;
  RawAnswer nsec3;
  TaskGroup all(parts.io);
  all.add(store_in(ask(parts, zone.apex, RrType::ds, deadline), ds));
  all.add(store_in(ask(parts, zone.apex, RrType::dnskey, deadline), dnskey));
  all.add(store_in(ask(parts, zone.apex, RrType::nsec3param, deadline), nsec3));
  co_await all.join();
  zone.ds_records = read_all(ds, parse_ds_rdata);
  zone.ds = std::move(ds.meta);
  zone.keys = read_all(dnskey, parse_dnskey_rdata);
  zone.dnskey = std::move(dnskey.meta);
  for (const auto iterations : read_all(nsec3, parse_nsec3param_iterations))
    zone.nsec3_iterations = std::max(zone.nsec3_iterations.value_or(0), iterations);
  zone.nsec3param = std::move(nsec3.meta);
}

}  // namespace

Task<TxtFacts> ask_txt(const CheckParts& parts, std::string name, MonoTime deadline) {
  TxtFacts facts;
  facts.name = name;
  auto answer = co_await ask(parts, std::move(name), RrType::txt, deadline);
  facts.records = read_all(answer, parse_txt_strings);
  facts.meta = std::move(answer.meta);
  co_return facts;
}

Task<NameFacts> ask_name(const CheckParts& parts, std::string name, MonoTime deadline) {
  RawAnswer v6;
  RawAnswer v4;
  RawAnswer alias;
  TaskGroup all(parts.io);
  all.add(store_in(ask(parts, name, RrType::aaaa, deadline), v6));
  all.add(store_in(ask(parts, name, RrType::a, deadline), v4));
  all.add(store_in(ask(parts, name, RrType::cname, deadline), alias));
  co_await all.join();
  NameFacts facts;
  facts.name = std::move(name);
  const auto addresses6 = read_all(v6, parse_aaaa_rdata);
  const auto addresses4 = read_all(v4, parse_a_rdata);
  facts.addresses = interleave(addresses6, addresses4);
  facts.v6 = std::move(v6.meta);
  facts.v4 = std::move(v4.meta);
  facts.alias = std::move(alias.meta);
  co_return facts;
}

Task<ZoneFacts> ask_zone(const CheckParts& parts, Domain domain, MonoTime deadline) {
  ZoneFacts zone;
  auto soa = co_await ask(parts, domain.text(), RrType::soa, deadline);
  if (soa.meta.status == DnsStatus::found && soa.meta.canonical.empty()) zone.apex = domain.text();
  if (zone.apex.empty()) zone.apex = soa.meta.zone;
  zone.soa = std::move(soa.meta);
  if (zone.apex.empty() || zone.apex == ".") co_return zone;
  TaskGroup both(parts.io);
  both.add(ask_name_servers(parts, zone, deadline));
  both.add(ask_keys(parts, zone, deadline));
  co_await both.join();
  co_return zone;
}

Task<CaaFacts> ask_caa(const CheckParts& parts, std::string name, MonoTime deadline) {
  CaaFacts facts;
  facts.name = name;
  for (unsigned step = 0; step < kMaxClimb && !name.empty(); ++step) {
    auto answer = co_await ask(parts, name, RrType::caa, deadline);
    facts.records = read_all(answer, parse_caa_rdata);
    facts.meta = std::move(answer.meta);
    if (!facts.records.empty()) facts.owner = name;
    if (!facts.records.empty() || is_failure(facts.meta->status)) break;
    name = parent_of(name);
  }
  co_return facts;
}

Task<DnsMeta> ask_root(const CheckParts& parts, Domain domain, MonoTime deadline) {
  auto last = domain.text().substr(domain.text().rfind('.') + 1);
  auto answer = co_await ask(parts, std::move(last), RrType::ds, deadline);
  co_return answer.meta;
}

Task<DnsMeta> ask_tlsa_sibling(const CheckParts& parts, std::string base, MonoTime deadline) {
  auto answer = co_await ask(parts, "_25._tcp." + base, RrType::a, deadline);
  co_return answer.meta;
}

}  // namespace strictmx
