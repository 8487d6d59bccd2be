#include "core/check/check_verdict.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/rule_evidence.h"
#include "core/dane_verdict.h"
#include "core/verdict.h"

namespace strictmx {
namespace {

constexpr Sender kSenders[] = {Sender::plain, Sender::sts, Sender::dane, Sender::strict};

bool follows_sts(Sender sender) { return sender == Sender::sts || sender == Sender::strict; }
bool follows_dane(Sender sender) { return sender == Sender::dane || sender == Sender::strict; }

std::string_view noun_of(Sender sender) {
  switch (sender) {
    case Sender::plain:
      return "ordinary senders";
    case Sender::sts:
      return "senders that enforce MTA-STS";
    case Sender::dane:
      return "senders that enforce DANE";
    case Sender::strict:
      break;
  }
  return "senders that enforce DANE and MTA-STS";
}

// What comes behind "mail from ... ".
std::string_view verb_of(Delivery delivery) {
  switch (delivery) {
    case Delivery::encrypted:
      return "is delivered encrypted and authenticated";
    case Delivery::unauthenticated:
      return "is delivered encrypted but not authenticated";
    case Delivery::cleartext:
      return "is delivered in clear text";
    case Delivery::deferred:
      return "is deferred";
    case Delivery::bounced:
      return "is returned";
    case Delivery::unknown:
      break;
  }
  return "could not be judged";
}

AddressOutlook dns_failure(const CheckFacts& facts, std::string what, const DnsMeta& meta) {
  const bool bogus = meta.status == DnsStatus::bogus;
  std::string why =
      std::move(what) + (bogus ? " are forged or wrongly signed" : " cannot be looked up");
  return {own_resolver_failed(facts) ? Delivery::unknown : Delivery::deferred, std::move(why)};
}

// Where mail ends before any host is looked at.
std::optional<AddressOutlook> before_hosts(const CheckFacts& facts) {
  const auto status = facts.mx.meta.status;
  if (is_failure(status)) return dns_failure(facts, "its MX records", facts.mx.meta);
  if (status == DnsStatus::no_name) return AddressOutlook{Delivery::bounced, "it does not exist"};
  if (is_null_mx(facts.mx))
    return AddressOutlook{Delivery::bounced, "it says by a null MX record that it takes no mail"};
  if (facts.hosts.empty()) return AddressOutlook{Delivery::bounced, "it has no MX host"};
  return std::nullopt;
}

DomainVerdict sts_verdict(const CheckView& view, Sender sender) {
  const auto& facts = view.facts;
  if (!follows_sts(sender)) return decide_without_policy({});
  if (view.policy) {
    return decide_with_policy({facts.domain, view.record != nullptr ? view.record->id : "",
                               view.body.value_or(""), *view.policy, facts.started},
                              facts.mx);
  }
  if (facts.sts_txt.meta && is_failure(facts.sts_txt.meta->status))
    return decide_deferral("its MTA-STS record cannot be looked up");
  return decide_without_policy({});
}

DomainVerdict verdict_for(const CheckView& view, Sender sender) {
  auto verdict = sts_verdict(view, sender);
  if (!follows_dane(sender)) return verdict;
  std::vector<DaneHost> dane;
  for (const auto& host : view.facts.hosts) {
    if (!host.host || dane.size() == kMaxDaneHosts) continue;
    dane.push_back(host.dane);
    dane.back().host = host.name;
  }
  return apply_dane(std::move(verdict), view.facts.mx, dane);
}

// What stands against a host before its addresses are looked at, or what it must show there.
struct HostRule {
  Demand demand = Demand::nothing;
  std::string blocked;  // why the host may not be used
};

HostRule rule_of(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::none:
    case HostVerdict::sts_testing:
      return {};
    case HostVerdict::sts_enforce:
      return {Demand::pkix, {}};
    case HostVerdict::sts_unlisted:
      return {Demand::pkix, "is not in the MTA-STS policy"};
    case HostVerdict::dane:
      return {Demand::dane, {}};
    case HostVerdict::dane_encrypt:
      return {Demand::encrypt, {}};
    case HostVerdict::dane_failed:
      return {Demand::dane, "has TLSA records that cannot be looked up"};
  }
  return {};
}

// A host none of whose addresses was looked at.
AddressOutlook without_addresses(const CheckFacts& facts, const MxHostFacts& host) {
  const bool digits = std::ranges::all_of(
      host.name, [](char c) { return is_digit(c) || c == '.' || c == ':' || c == '['; });
  if (digits) return {Delivery::bounced, "is no host name"};
  if (!host.dns.addresses.empty() || !host.dns.v4 || !host.dns.v6)
    return {Delivery::unknown, "was not looked at"};
  for (const auto& meta : {*host.dns.v4, *host.dns.v6}) {
    if (!is_failure(meta.status)) continue;
    auto failure = dns_failure(facts, "has addresses that", meta);
    return failure;
  }
  if (host.dns.v4->status == DnsStatus::no_name) return {Delivery::bounced, "does not exist"};
  return {Delivery::bounced, "has no address"};
}

Delivery best_of(const std::vector<Delivery>& all) {
  constexpr Delivery kOrder[] = {Delivery::encrypted, Delivery::unauthenticated,
                                 Delivery::cleartext, Delivery::unknown, Delivery::deferred};
  for (const auto wanted : kOrder) {
    if (std::ranges::find(all, wanted) != all.end()) return wanted;
  }
  return Delivery::bounced;
}

std::string named(const MxHostFacts& host) { return escape_remote(host.name, 253); }

HostOutlook judge_host(const CheckView& view, const MxHostFacts& host, const HostRule& rule) {
  HostOutlook outlook;
  outlook.host = host.name;
  outlook.preference = host.preference;
  outlook.listed = view.policy && host.host && view.policy->allows(*host.host);
  if (!rule.blocked.empty()) {
    outlook.by_address.assign(host.addresses.size(), Delivery::deferred);
    outlook.delivery = Delivery::deferred;
    outlook.reason = fmt::format("{} {}", named(host), rule.blocked);
    return outlook;
  }
  if (host.addresses.empty()) {
    const auto none = without_addresses(view.facts, host);
    outlook.delivery = none.delivery;
    outlook.reason = fmt::format("{} {}", named(host), none.why);
    return outlook;
  }
  std::map<Delivery, std::string> reasons;  // the first of each
  for (const auto& address : host.addresses) {
    const auto judged = judge_address(host, address, rule.demand);
    outlook.by_address.push_back(judged.delivery);
    if (judged.why.empty()) continue;
    reasons.emplace(judged.delivery,
                    fmt::format("{} [{}] {}", named(host), address.address.text(), judged.why));
  }
  outlook.delivery = best_of(outlook.by_address);
  if (const auto reason = reasons.find(outlook.delivery); reason != reasons.end())
    outlook.reason = reason->second;
  return outlook;
}

// Why a sender that got as far as TLS does not authenticate.
std::string why_unauthenticated(const CheckView& view, Sender sender, HostVerdict verdict) {
  if (sender == Sender::plain) return "they check no certificate";
  if (verdict == HostVerdict::dane_encrypt) return "it has only TLSA records that SMTP cannot use";
  const bool testing = view.mode == PublishedMode::testing;
  if (sender == Sender::dane) return "there are no TLSA records that count";
  const std::string policy = testing                            ? "the policy is only in testing"
                             : view.mode == PublishedMode::none ? "the policy is in mode none"
                                                                : "no MTA-STS policy is in force";
  return sender == Sender::sts ? policy : policy + " and there are no TLSA records that count";
}

// The host mail goes to, or the one that speaks for the failure of all: the first that arrives,
// else the first that could not be judged, else the first that defers, else the first.
const HostOutlook& deciding_host(const std::vector<HostOutlook>& hosts) {
  const auto first = [&](auto fits) { return std::ranges::find_if(hosts, fits); };
  auto found = first([](const HostOutlook& host) { return arrives(host.delivery); });
  for (const auto wanted : {Delivery::unknown, Delivery::deferred}) {
    if (found == hosts.end())
      found = first([&](const HostOutlook& host) { return host.delivery == wanted; });
  }
  return found == hosts.end() ? hosts.front() : *found;
}

std::string sentence(Sender sender, Delivery delivery, std::string_view why) {
  if (delivery == Delivery::encrypted) return {};
  return fmt::format("mail from {} {} because {}", noun_of(sender), verb_of(delivery), why);
}

void decide_by_hosts(const CheckView& view, const DomainVerdict& verdict, SenderOutlook& outlook) {
  std::map<std::string_view, HostVerdict> rules;
  for (const auto& host : verdict.hosts) rules.emplace(host.host, host.verdict);
  const auto rule_for = [&](std::string_view name) {
    const auto rule = rules.find(name);
    return rule == rules.end() ? HostVerdict::none : rule->second;
  };
  for (const auto& host : view.facts.hosts)
    outlook.hosts.push_back(judge_host(view, host, rule_of(rule_for(host.name))));
  const auto& decides = deciding_host(outlook.hosts);
  outlook.delivery = decides.delivery;
  std::string why = decides.reason;
  const bool alone = outlook.hosts.size() == 1;
  if (arrives(outlook.delivery) && why.empty())
    why = why_unauthenticated(view, outlook.sender, rule_for(decides.host));
  else if (outlook.delivery == Delivery::deferred && !alone)
    why += ", and no other MX host can be used";
  outlook.reason = sentence(outlook.sender, outlook.delivery, why);
}

SenderOutlook judge_sender(const CheckView& view, Sender sender) {
  SenderOutlook outlook;
  outlook.sender = sender;
  auto stop = before_hosts(view.facts);
  const auto verdict = verdict_for(view, sender);
  // Nothing was decided on, so that no host has a verdict of its own.
  const bool undecided = verdict.rule == DomainRule::defer && !verdict.policy &&
                         follows_sts(sender) && view.facts.sts_txt.meta &&
                         is_failure(view.facts.sts_txt.meta->status);
  if (!stop && undecided)
    stop = dns_failure(view.facts, "its MTA-STS records", *view.facts.sts_txt.meta);
  if (!stop) {
    decide_by_hosts(view, verdict, outlook);
    return outlook;
  }
  outlook.delivery = stop->delivery;
  outlook.reason = sentence(sender, stop->delivery, stop->why);
  return outlook;
}

std::string_view behind_because(std::string_view reason) {
  constexpr std::string_view kBecause = " because ";
  const auto at = reason.find(kBecause);
  return at == std::string_view::npos ? reason : reason.substr(at + kBecause.size());
}

std::string capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

// Mail of ordinary senders arrives: what of those that ask for more?
std::string summary_of_strict(const std::vector<SenderOutlook>& senders) {
  const auto& [plain, sts, dane, strict] = std::tie(senders[0], senders[1], senders[2], senders[3]);
  for (const auto* outlook : {&sts, &dane, &strict}) {
    if (arrives(outlook->delivery)) continue;
    return capital(outlook->reason) + "; ordinary mail arrives.";
  }
  const bool by_sts = sts.delivery == Delivery::encrypted;
  const bool by_dane = dane.delivery == Delivery::encrypted;
  if (by_sts || by_dane) {
    return fmt::format(
        "Mail arrives, and senders that enforce {} deliver it only encrypted and "
        "to the right hosts.",
        by_sts && by_dane ? "MTA-STS or DANE"
        : by_sts          ? "MTA-STS"
                          : "DANE");
  }
  if (plain.delivery == Delivery::cleartext)
    return fmt::format("Mail arrives in clear text: {}.", behind_because(plain.reason));
  return fmt::format("Mail arrives, encrypted if nobody interferes: {}.",
                     behind_because(strict.reason));
}

std::string summarize(const std::vector<SenderOutlook>& senders) {
  const auto& plain = senders.front();
  const auto why = behind_because(plain.reason);
  switch (plain.delivery) {
    case Delivery::bounced:
      return fmt::format("The domain takes no mail: {}.", why);
    case Delivery::deferred:
      return fmt::format("Mail does not arrive now: {}.", why);
    case Delivery::unknown:
      return fmt::format("Whether mail arrives could not be found out: {}.", why);
    case Delivery::encrypted:
    case Delivery::unauthenticated:
    case Delivery::cleartext:
      break;
  }
  return summary_of_strict(senders);
}

}  // namespace

std::string_view name_of(Sender sender) {
  switch (sender) {
    case Sender::plain:
      return "plain";
    case Sender::sts:
      return "sts";
    case Sender::dane:
      return "dane";
    case Sender::strict:
      break;
  }
  return "strict";
}

CheckVerdict judge(const CheckView& view) {
  CheckVerdict verdict;
  for (const auto sender : kSenders) verdict.senders.push_back(judge_sender(view, sender));
  verdict.summary = summarize(verdict.senders);
  return verdict;
}

}  // namespace strictmx
