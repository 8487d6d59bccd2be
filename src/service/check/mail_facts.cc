#include "service/check/mail_facts.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/verdict.h"
#include "flow/dane_lookup.h"
#include "net/task_group.h"
#include "service/check/dns_questions.h"

namespace strictmx {
namespace {

// The machine of RFC 7672 §2.2, and every TLSA answer it saw.
Task<void> ask_dane(const CheckParts& parts, MxHostFacts& host, MonoTime deadline) {
  DaneLookup lookup(*host.host);
  auto action = lookup.start();
  while (!std::holds_alternative<DaneDone>(action)) {
    const auto until = dns_deadline(parts, deadline);
    if (const auto* addresses = std::get_if<AskAddresses>(&action); addresses != nullptr) {
      const auto answer = co_await parts.dns.query_addresses(addresses->host, until);
      action = lookup.on_addresses(answer);
    } else if (const auto* cname = std::get_if<AskCname>(&action); cname != nullptr) {
      const auto answer = co_await parts.dns.query_cname(cname->host, until);
      action = lookup.on_cname(answer);
    } else {
      const auto base = std::get<AskTlsa>(action).base;
      const auto answer = co_await parts.dns.query_tlsa(base, until);
      host.tlsa.push_back({base.text(), answer.meta, answer.records, {}});
      action = lookup.on_tlsa(answer);
    }
  }
  host.dane = lookup.result();
}

// Records that no sender looks for, because their zone is not signed, are still worth a word.
Task<void> ask_tlsa(const CheckParts& parts, MxHostFacts& host, MonoTime deadline) {
  co_await ask_dane(parts, host, deadline);
  if (host.tlsa.empty()) {
    const auto until = dns_deadline(parts, deadline);
    const auto answer = co_await parts.dns.query_tlsa(*host.host, until);
    host.tlsa.push_back({host.host->text(), answer.meta, answer.records, {}});
  }
  auto& first = host.tlsa.front();
  if (first.records.empty()) co_return;
  auto sibling = co_await ask_tlsa_sibling(parts, first.base, deadline);
  first.sibling = std::move(sibling);
}

Task<void> probe_all(const CheckParts& parts, MxHostFacts& host, MonoTime deadline) {
  const auto count = std::min(host.dns.addresses.size(), kMaxCheckedAddresses);
  for (std::size_t i = 0; i < count; ++i)
    host.addresses.push_back({.address = host.dns.addresses[i]});
  TaskGroup all(parts.io);
  for (auto& address : host.addresses) {
    SmtpTarget target{host.host->text(), address.address};
    all.add(store_in(parts.smtp.probe(std::move(target), deadline), address));
  }
  co_await all.join();
}

// The records DANE goes by, or those somebody published for nobody.
std::span<const TlsaRecord> tlsa_of(const MxHostFacts& host) {
  if (!host.dane.records.empty()) return host.dane.records;
  for (const auto& tlsa : host.tlsa) {
    if (!tlsa.records.empty()) return tlsa.records;
  }
  return {};
}

void match_all(const CheckParts& parts, const CheckFacts& facts, MxHostFacts& host) {
  // RFC 7672 §3.2.3: the base domain, and the next-hop domain of a secure MX record.
  TlsaReference reference{{host.host->text()}, parts.clock.now().wall};
  if (!host.dane.base.empty()) reference.names.push_back(host.dane.base);
  if (facts.mx.meta.trust == DnsTrust::secure) reference.names.push_back(facts.domain.text());
  const auto records = tlsa_of(host);
  for (auto& address : host.addresses) {
    address.tlsa = parts.chains.match(address.dialogue.tls.chain, records, reference);
    if (address.other_key && address.other_key->tls.status == HandshakeStatus::done)
      address.tlsa_other_key = parts.chains.match(address.other_key->tls.chain, records, reference);
  }
}

Task<void> collect_host(const CheckParts& parts, const CheckFacts& facts, MxHostFacts& host,
                        MonoTime deadline) {
  auto names = co_await ask_name(parts, host.name, deadline);
  host.dns = std::move(names);
  TaskGroup both(parts.io);
  both.add(ask_tlsa(parts, host, deadline));
  if (facts.vantage.smtp_probed) both.add(probe_all(parts, host, deadline));
  co_await both.join();
  match_all(parts, facts, host);
}

// The names mail goes to, most preferred first (core/verdict), with their preferences.
void list_hosts(CheckFacts& facts) {
  for (const auto& mx : facts.mx.hosts) {
    if (mx.exchange.empty()) continue;  // RFC 7505 §3: the null MX names no host
    auto& host = facts.hosts.emplace_back();
    host.preference = mx.preference;
    host.name = mx.exchange;
  }
  const bool implicit = facts.hosts.empty() && facts.mx.meta.status == DnsStatus::no_data;
  if (implicit) facts.hosts.emplace_back().name = facts.domain.text();
  for (auto& host : facts.hosts) {
    auto name = Domain::parse(host.name);
    if (name) host.host = std::move(*name);
  }
}

}  // namespace

Task<void> collect_mail(const CheckParts& parts, CheckFacts& facts, MonoTime deadline) {
  const auto until = dns_deadline(parts, deadline);
  if (!facts.planned_mx) {
    auto mx = co_await parts.dns.query_mx(facts.domain, until);
    facts.mx = std::move(mx);
  }
  if (facts.mx.hosts.empty()) {
    auto own = co_await ask_name(parts, facts.domain.text(), deadline);
    facts.own_addresses = std::move(own);
  }
  list_hosts(facts);
  TaskGroup all(parts.io);
  for (std::size_t i = 0; i < std::min(facts.hosts.size(), kMaxCheckedHosts); ++i) {
    if (facts.hosts[i].host) all.add(collect_host(parts, facts, facts.hosts[i], deadline));
  }
  co_await all.join();
}

}  // namespace strictmx
