#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/check/parts_of_dane.h"
#include "core/check/rule_evidence.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

constexpr Seconds kLongTtl{86400};
constexpr std::size_t kManyRecords = 8;

struct HostCase {
  const CheckView& view;
  const MxHostFacts& host;

  bool mx_secure() const { return view.facts.mx.meta.trust == DnsTrust::secure; }
  // Secure ones only; whatever their worth.
  const std::vector<TlsaRecord>& records() const { return host.dane.records; }
};

struct HostHit {
  std::string evidence;
  std::string fix = {};
  std::optional<Severity> severity = {};
};

using MaybeHit = std::optional<HostHit>;

// The record for the key that the host shows, if it shows one.
std::string right_record(const MxHostFacts& host) {
  for (const auto& seen : host.addresses) {
    const auto* leaf = seen.dialogue.tls.chain.leaf();
    if (leaf != nullptr) return tlsa_line(host, *leaf);
  }
  return {};
}

// Those that `fits` is true for, in presentation form.
template <class Fits>
std::string list(const std::vector<TlsaRecord>& records, Fits fits) {
  std::string text;
  std::size_t count = 0;
  for (const auto& record : records) {
    if (!fits(record)) continue;
    if (++count > kShownRecords) continue;
    text += text.empty() ? "" : ", ";
    text += shown(record);
  }
  if (count > kShownRecords) text += fmt::format(" and {} more", count - kShownRecords);
  return text;
}

template <class Fits>
MaybeHit found(const HostCase& at, Fits fits, std::string fix = {}) {
  auto text = list(at.records(), fits);
  if (text.empty()) return std::nullopt;
  return HostHit{std::move(text), std::move(fix)};
}

MaybeHit look_denial(const HostCase& at) {
  if (at.host.dane.state != DaneState::failed) return std::nullopt;
  if (own_resolver_failed(at.view.facts)) return std::nullopt;
  for (const auto& tlsa : at.host.tlsa) {
    if (!is_failure(tlsa.meta.status)) continue;
    return HostHit{fmt::format("{}{}{}", name_of(tlsa.meta.status),
                               tlsa.meta.why.empty() ? "" : ": ", quote(tlsa.meta.why)),
                   {},
                   at.mx_secure() ? Severity::critical : Severity::warning};
  }
  return std::nullopt;
}

MaybeHit look_insecure(const HostCase& at) {
  if (!resolver_validates(at.view) || at.host.dane.state != DaneState::none) return std::nullopt;
  for (const auto& tlsa : at.host.tlsa) {
    if (tlsa.records.empty() || tlsa.meta.trust == DnsTrust::secure) continue;
    return HostHit{fmt::format("{} records, not signed", tlsa.records.size())};
  }
  return std::nullopt;
}

MaybeHit look_mx_insecure(const HostCase& at) {
  const auto& facts = at.view.facts;
  const bool has =
      at.host.dane.state == DaneState::usable || at.host.dane.state == DaneState::unusable;
  if (!has || at.mx_secure() || facts.planned_mx || is_failure(facts.mx.meta.status))
    return std::nullopt;
  return HostHit{fmt::format("{} secure TLSA records, insecure MX records", at.records().size())};
}

MaybeHit look_usage(const HostCase& at) {
  return found(
      at, [](const auto& record) { return record.usage < kDaneTa; }, right_record(at.host));
}

MaybeHit look_unusable(const HostCase& at) {
  if (at.host.dane.state != DaneState::unusable || !at.mx_secure()) return std::nullopt;
  return HostHit{list(at.records(), [](const auto&) { return true; }), right_record(at.host)};
}

bool known_numbers(const TlsaRecord& record) {
  return record.usage <= kDaneEe && record.selector <= 1 && record.matching_type <= 2;
}

MaybeHit look_length(const HostCase& at) {
  const auto wrong = [](const TlsaRecord& record) {
    if (!known_numbers(record)) return false;
    if (record.matching_type == 0) return record.data.empty();
    return record.data.size() != (record.matching_type == 1 ? 32U : 64U);
  };
  return found(at, wrong, right_record(at.host));
}

MaybeHit look_numbers(const HostCase& at) {
  return found(
      at, [](const auto& record) { return !known_numbers(record); }, right_record(at.host));
}

MaybeHit look_full(const HostCase& at) {
  return found(
      at, [](const auto& record) { return record.usable() && record.matching_type == 0; },
      right_record(at.host));
}

MaybeHit look_sha512(const HostCase& at) {
  bool all = true;
  bool any = false;
  for (const auto& record : at.records()) {
    if (!record.usable()) continue;
    any = true;
    all = all && record.matching_type == 2;
  }
  if (!any || !all) return std::nullopt;
  return HostHit{"matching type 2 only", right_record(at.host)};
}

MaybeHit look_selector(const HostCase& at) {
  const auto whole = [](const TlsaRecord& record) {
    return record.usable() && record.usage == kDaneEe && record.selector == 0;
  };
  return found(at, whole, right_record(at.host));
}

// What does not match has no need of a successor; what was not compared may have.
bool matches_somewhere(const MxHostFacts& host) {
  const auto matches = [](const SmtpAddressFacts& seen) {
    return std::ranges::any_of(
        seen.tlsa, [](const TlsaMatchFacts& tlsa) { return tlsa.match == TlsaMatch::match; });
  };
  return host.addresses.empty() || std::ranges::any_of(host.addresses, matches);
}

MaybeHit look_rollover(const HostCase& at) {
  if (at.host.dane.state != DaneState::usable) return std::nullopt;
  const auto usable = std::ranges::count_if(at.records(), &TlsaRecord::usable);
  const bool key_only = std::ranges::all_of(at.records(), [](const TlsaRecord& record) {
    return !record.usable() || record.usage == kDaneEe;
  });
  if (usable != 1 || !key_only || !matches_somewhere(at.host)) return std::nullopt;
  return HostHit{list(at.records(), [](const auto& record) { return record.usable(); })};
}

MaybeHit look_alias(const HostCase& at) {
  const auto& dns = at.host.dns;
  const bool alias = (dns.v4 && !dns.v4->canonical.empty() && dns.v4->canonical != at.host.name) ||
                     (dns.v6 && !dns.v6->canonical.empty() && dns.v6->canonical != at.host.name);
  // The end of the alias is asked first: at the name in the record means not there.
  const bool at_name = at.host.dane.base == at.host.name;
  if (at.host.dane.state != DaneState::usable || !alias || !at_name) return std::nullopt;
  const auto& end = dns.v4 && !dns.v4->canonical.empty() ? dns.v4->canonical : dns.v6->canonical;
  return HostHit{fmt::format("none at _25._tcp.{}", quote(end))};
}

const TlsaFacts* secure_answer(const HostCase& at) {
  for (const auto& tlsa : at.host.tlsa) {
    if (!tlsa.records.empty() && tlsa.meta.trust == DnsTrust::secure) return &tlsa;
  }
  return nullptr;
}

MaybeHit look_ttl(const HostCase& at) {
  const auto* tlsa = secure_answer(at);
  if (tlsa == nullptr || tlsa->meta.ttl <= kLongTtl) return std::nullopt;
  return HostHit{fmt::format("TTL of {} seconds", tlsa->meta.ttl.count())};
}

MaybeHit look_wildcard(const HostCase& at) {
  const auto* tlsa = secure_answer(at);
  if (tlsa == nullptr || !tlsa->meta.wildcard) return std::nullopt;
  return HostHit{fmt::format("{} records", tlsa->records.size())};
}

MaybeHit look_many(const HostCase& at) {
  if (at.records().size() <= kManyRecords) return std::nullopt;
  return HostHit{fmt::format("{} records", at.records().size())};
}

struct HostRule {
  std::string_view id;
  MaybeHit (*look)(const HostCase& at);
};

constexpr HostRule kRecordSetRules[] = {
    {"dane-denial-broken", look_denial},
    {"dane-tlsa-insecure", look_insecure},
    {"dane-mx-insecure", look_mx_insecure},
    {"dane-usage-pkix", look_usage},
    {"dane-unusable-all", look_unusable},
    {"dane-digest-length", look_length},
    {"dane-unknown-type", look_numbers},
    {"dane-matching-full", look_full},
    {"dane-matching-sha512", look_sha512},
    {"dane-selector-cert", look_selector},
    {"dane-no-rollover", look_rollover},
    {"dane-cname", look_alias},
    {"dane-ttl-high", look_ttl},
    {"dane-wildcard", look_wildcard},
    {"dane-many-records", look_many},
};

// Hosts without TLSA records beside hosts with them.
void look_at_partial(const CheckView& view, Findings& findings) {
  if (view.facts.mx.meta.trust != DnsTrust::secure) return;
  const auto has = [](const MxHostFacts& host) { return host.dane.state == DaneState::usable; };
  if (std::ranges::none_of(view.facts.hosts, has)) return;
  for (const auto& host : view.facts.hosts) {
    // Without addresses nobody delivers there; without answers nothing was looked at.
    if (!host.host || host.dane.state != DaneState::none || host.tlsa.empty()) continue;
    if (host.dns.addresses.empty()) continue;
    findings.add("dane-partial", object_of(host), "no TLSA records, and other hosts have some",
                 right_record(host));
  }
}

}  // namespace

void check_tlsa_records(const CheckView& view, Findings& findings) {
  for (const auto& host : view.facts.hosts) {
    for (const auto& rule : kRecordSetRules) {
      auto hit = rule.look({view, host});
      if (!hit) continue;
      if (hit->severity) {
        findings.add_as(*hit->severity, rule.id, tlsa_owner(host), hit->evidence, hit->fix);
      } else {
        findings.add(rule.id, tlsa_owner(host), hit->evidence, hit->fix);
      }
    }
  }
  look_at_partial(view, findings);
}

}  // namespace strictmx
