#include "core/check/parts_of_dane.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

constexpr std::chrono::days kSignedTooShort{3};
constexpr std::chrono::hours kEndsNow{12};
constexpr unsigned kManyIterations = 100;  // RFC 9276 §3.2: resolvers may give up above

bool secure(const std::optional<DnsMeta>& meta) {
  return meta && !is_failure(meta->status) && meta->trust == DnsTrust::secure;
}
bool insecure(const std::optional<DnsMeta>& meta) {
  return meta && !is_failure(meta->status) && meta->trust == DnsTrust::insecure;
}
bool bogus(const std::optional<DnsMeta>& meta) { return meta && meta->status == DnsStatus::bogus; }

std::string why(const DnsMeta& meta) {
  return meta.why.empty() ? "validation fails" : quote(meta.why);
}

std::string zone_of(const CheckView& view) {
  const auto& apex = view.facts.zone.apex;
  return apex.empty() ? view.facts.domain.text() : quote(apex);
}

// RFC 8624 §3.1: not to be used for signing any more.
bool is_old_algorithm(std::uint8_t number) {
  constexpr std::uint8_t kOld[] = {1, 3, 5, 6, 7, 12};
  return std::ranges::find(kOld, number) != std::end(kOld);
}

void look_at_resolver(const CheckView& view, Findings& findings) {
  if (!insecure(view.facts.vantage.root)) return;
  findings.add("dnssec-resolver-not-validating", view.facts.domain.text(),
               "the top-level domain is not answered as secure");
}

void look_at_signing(const CheckView& view, Findings& findings) {
  const auto& zone = view.facts.zone;
  if (!resolver_validates(view) || !insecure(zone.soa) || zone.apex.empty()) return;
  const bool no_ds = zone.ds && !is_failure(zone.ds->status) && zone.ds_records.empty();
  if (no_ds && !zone.keys.empty()) {
    findings.add("dnssec-ds-missing", zone_of(view),
                 fmt::format("{} DNSKEY records, no DS record", zone.keys.size()));
  } else if (no_ds || !zone.ds) {
    findings.add("dnssec-unsigned", view.facts.domain.text(),
                 fmt::format("zone {}: no DS record in its parent", zone_of(view)));
  }
}

void look_at_validation(const CheckView& view, Findings& findings) {
  const auto& facts = view.facts;
  for (const auto* meta : {&facts.zone.soa, &facts.zone.dnskey}) {
    if (bogus(*meta)) findings.add("dnssec-bogus", facts.domain.text(), why(**meta));
  }
  if (facts.mx.meta.status == DnsStatus::bogus)
    findings.add("dnssec-bogus", facts.domain.text(), "MX: " + why(facts.mx.meta));
  for (const auto& host : facts.hosts) {
    for (const auto* meta : {&host.dns.v4, &host.dns.v6}) {
      if (bogus(*meta)) findings.add("dnssec-bogus", object_of(host), why(**meta));
    }
  }
}

void look_at_keys(const CheckView& view, Findings& findings) {
  const auto& zone = view.facts.zone;
  const auto fits = [&](const KeyRecordFacts& ds) {
    return std::ranges::any_of(zone.keys,
                               [&](const auto& key) { return key.algorithm == ds.algorithm; });
  };
  const bool both = !zone.ds_records.empty() && !zone.keys.empty();
  if (both && !secure(zone.soa) && std::ranges::none_of(zone.ds_records, fits)) {
    findings.add("dnssec-ds-mismatch", zone_of(view),
                 fmt::format("DS for algorithm {}, DNSKEY of algorithm {}",
                             zone.ds_records.front().algorithm, zone.keys.front().algorithm));
  }
  for (const auto& key : zone.keys) {
    if (!is_old_algorithm(key.algorithm) || zone.ds_records.empty()) continue;
    findings.add("dnssec-ds-algorithm", zone_of(view), fmt::format("algorithm {}", key.algorithm));
  }
  const auto old_digest = [](const KeyRecordFacts& ds) {
    return ds.digest_type != 2 && ds.digest_type != 4;  // SHA-256, SHA-384
  };
  if (!zone.ds_records.empty() && std::ranges::all_of(zone.ds_records, old_digest)) {
    findings.add("dnssec-ds-digest", zone_of(view),
                 fmt::format("digest type {} only", zone.ds_records.front().digest_type));
  }
}

void look_at_iterations(const CheckView& view, Findings& findings) {
  const auto iterations = view.facts.zone.nsec3_iterations.value_or(0);
  if (iterations == 0) return;
  findings.add_as(iterations > kManyIterations ? Severity::warning : Severity::notice,
                  "dnssec-nsec3-iterations", zone_of(view),
                  fmt::format("{} iterations", iterations));
}

// Signatures of what mail depends on. Providers that sign each answer anew let them live for a day
// or two: only the last hours are a warning.
class SignatureEnds {
 public:
  SignatureEnds(const CheckView& view, Findings& findings)
      : now_(view.facts.started), findings_(findings) {}

  void look(std::string object, const std::optional<DnsMeta>& meta) {
    if (!secure(meta) || !meta->signed_until) return;
    const auto left = *meta->signed_until - now_;
    if (left >= kSignedTooShort) return;
    findings_.add_as(left < kEndsNow ? Severity::warning : Severity::notice,
                     "dnssec-rrsig-expiring", std::move(object),
                     "signed until " + format_utc(*meta->signed_until));
  }

 private:
  WallTime now_;
  Findings& findings_;
};

void look_at_signatures(const CheckView& view, Findings& findings) {
  const auto& facts = view.facts;
  SignatureEnds ends(view, findings);
  ends.look(facts.domain.text(), facts.mx.meta);
  ends.look(facts.domain.text(), facts.zone.soa);
  for (const auto& host : facts.hosts) {
    for (const auto& tlsa : host.tlsa) ends.look("_25._tcp." + quote(tlsa.base), tlsa.meta);
    ends.look(object_of(host), host.dns.v4);
    ends.look(object_of(host), host.dns.v6);
  }
}

void look_at_host_zones(const CheckView& view, Findings& findings) {
  if (!secure(view.facts.zone.soa) && !secure(view.facts.mx.meta)) return;
  for (const auto& host : view.facts.hosts) {
    if (host.dns.addresses.empty()) continue;
    if (!insecure(host.dns.v4) && !insecure(host.dns.v6)) continue;
    findings.add("dnssec-mx-zone-unsigned", object_of(host),
                 "its addresses are answered without valid signatures");
  }
}

void look_at_siblings(const CheckView& view, Findings& findings) {
  for (const auto& host : view.facts.hosts) {
    for (const auto& tlsa : host.tlsa) {
      const bool denied = tlsa.sibling && tlsa.sibling->status == DnsStatus::no_name;
      if (!denied || !secure(tlsa.meta) || !insecure(tlsa.sibling)) continue;
      findings.add("dnssec-insecure-nxdomain", "_25._tcp." + quote(tlsa.base),
                   "TLSA: secure; A: no such name, insecure");
    }
  }
}

}  // namespace

bool resolver_validates(const CheckView& view) { return secure(view.facts.vantage.root); }

void check_dnssec(const CheckView& view, Findings& findings) {
  look_at_resolver(view, findings);
  look_at_signing(view, findings);
  look_at_validation(view, findings);
  look_at_keys(view, findings);
  look_at_iterations(view, findings);
  look_at_signatures(view, findings);
  look_at_host_zones(view, findings);
  look_at_siblings(view, findings);
}

}  // namespace strictmx
