#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/check/address_outlook.h"
#include "core/check/parts_of_dane.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

using Hit = std::optional<AddressHit>;

bool any(const std::vector<TlsaMatchFacts>& tlsa, TlsaMatch match) {
  return std::ranges::any_of(tlsa, [&](const auto& facts) { return facts.match == match; });
}
bool matches(const std::vector<TlsaMatchFacts>& tlsa) { return any(tlsa, TlsaMatch::match); }

// The chain was held against the records.
bool compared(const std::vector<TlsaMatchFacts>& tlsa) {
  return !tlsa.empty() && !any(tlsa, TlsaMatch::not_checked);
}

bool fails(const SmtpAddressFacts& seen) { return compared(seen.tlsa) && !matches(seen.tlsa); }

bool other_key_matches(const SmtpAddressFacts& seen) {
  return compared(seen.tlsa_other_key) && matches(seen.tlsa_other_key);
}

enum class Cause : std::uint8_t {
  none,  // it matches, or was not compared
  one_address,
  key_type,
  ta_name,
  ta_expired,
  ta_chain,
  ta_absent,
  ta_rotated,
  mismatch,
};

bool only_authorities(const std::vector<TlsaMatchFacts>& tlsa) {
  return std::ranges::all_of(tlsa, [](const auto& facts) {
    return facts.record.usage == kDaneTa || facts.match == TlsaMatch::unusable;
  });
}

Cause cause_of(const AddressCase& at) {
  if (!dane_counts(at.view, at.host) || !compared(at.seen.tlsa)) return Cause::none;
  const auto& tlsa = at.seen.tlsa;
  const bool split = compared(at.seen.tlsa_other_key);
  if (matches(tlsa)) return split && !other_key_matches(at.seen) ? Cause::key_type : Cause::none;
  if (split && other_key_matches(at.seen)) return Cause::key_type;
  const bool elsewhere = std::ranges::any_of(at.host.addresses, [](const auto& seen) {
    return compared(seen.tlsa) && matches(seen.tlsa);
  });
  if (elsewhere) return Cause::one_address;
  if (any(tlsa, TlsaMatch::ta_wrong_name)) return Cause::ta_name;
  if (any(tlsa, TlsaMatch::ta_expired)) return Cause::ta_expired;
  if (any(tlsa, TlsaMatch::ta_chain)) return Cause::ta_chain;
  if (any(tlsa, TlsaMatch::ta_not_sent)) return Cause::ta_absent;
  // Without the issuer's certificate nobody can tell whether it is the one in the record.
  const bool cut = at.chain().status_at_any_time == ChainStatus::incomplete;
  if (cut && only_authorities(tlsa)) return Cause::ta_absent;
  const bool trusted = at.chain().status == ChainStatus::ok;
  return trusted && only_authorities(tlsa) ? Cause::ta_rotated : Cause::mismatch;
}

std::string fix_of(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  return leaf == nullptr ? "" : tlsa_line(at.host, *leaf);
}

std::string seen_key(const CertificateFacts* leaf) {
  return leaf == nullptr ? "no certificate" : "the key shown is 3 1 1 " + leaf->spki_sha256;
}

std::string evidence_of(const AddressCase& at, Cause cause) {
  const auto* leaf = at.chain().leaf();
  switch (cause) {
    case Cause::ta_name:
      if (leaf == nullptr || leaf->dns_names.empty()) return "no DNS name in the certificate";
      return fmt::format("the certificate is for {}", quote(leaf->dns_names.front()));
    case Cause::ta_expired:
      return leaf == nullptr ? ""
                             : "the server's certificate ends on " + date_text(leaf->not_after);
    case Cause::ta_absent:
      return fmt::format("{} certificates sent, the authority is not among them",
                         at.chain().sent_count);
    case Cause::ta_rotated:
      return leaf == nullptr ? "" : fmt::format("issued by \"{}\"", quote(leaf->issuer));
    case Cause::ta_chain:
      return fmt::format("{} certificates sent", at.chain().sent_count);
    case Cause::none:
    case Cause::one_address:
    case Cause::key_type:
    case Cause::mismatch:
      break;
  }
  return seen_key(leaf);
}

template <Cause kCause>
Hit look_match(const AddressCase& at) {
  if (cause_of(at) != kCause) return std::nullopt;
  return AddressHit{evidence_of(at, kCause), fix_of(at)};
}

Hit look_key_type(const AddressCase& at) {
  if (cause_of(at) != Cause::key_type) return std::nullopt;
  const auto* leaf = at.chain().leaf();
  if (!fails(at.seen)) leaf = at.seen.other_key ? at.seen.other_key->tls.chain.leaf() : nullptr;
  if (leaf == nullptr) return std::nullopt;
  return AddressHit{fmt::format("{}: {}", name_of(leaf->key), seen_key(leaf)),
                    tlsa_line(at.host, *leaf)};
}

bool offered_somewhere(const MxHostFacts& host) {
  return std::ranges::any_of(host.addresses,
                             [](const auto& seen) { return seen.dialogue.starttls_offered(); });
}

Hit look_starttls(const AddressCase& at) {
  if (!dane_demands_tls(at.view, at.host) || offered_somewhere(at.host)) return std::nullopt;
  const auto& dialogue = at.seen.dialogue;
  const bool lacks =
      dialogue.end == SmtpEnd::no_starttls && dialogue.ehlo && dialogue.ehlo->reply.positive();
  if (!lacks) return std::nullopt;
  return AddressHit{fmt::format("{} TLSA records, no STARTTLS in the reply to EHLO",
                                at.host.dane.records.size())};
}

constexpr RuleAtAddress kMatchRules[] = {
    {"dane-mismatch", Blocks::no, look_match<Cause::mismatch>},
    {"dane-mismatch-one-address", Blocks::no, look_match<Cause::one_address>},
    {"dane-mismatch-keytype", Blocks::no, look_key_type},
    {"dane-ta-missing-in-chain", Blocks::no, look_match<Cause::ta_absent>},
    {"dane-ta-name", Blocks::no, look_match<Cause::ta_name>},
    {"dane-ta-expired", Blocks::no, look_match<Cause::ta_expired>},
    {"dane-ta-chain", Blocks::no, look_match<Cause::ta_chain>},
    {"dane-ta-public-issuer-rotated", Blocks::no, look_match<Cause::ta_rotated>},
    {"dane-starttls-missing", Blocks::no, look_starttls},
};

// True when the record was compared everywhere it could be, and matched nowhere.
bool matches_nothing(const MxHostFacts& host, const TlsaRecord& record) {
  bool seen_once = false;
  for (const auto& seen : host.addresses) {
    for (const auto* tlsa : {&seen.tlsa, &seen.tlsa_other_key}) {
      for (const auto& facts : *tlsa) {
        if (facts.record != record) continue;
        if (facts.match != TlsaMatch::no_match) return false;
        seen_once = true;
      }
    }
  }
  return seen_once;
}

// Only where mail arrives: else the finding is about what does not match.
void look_at_stale(const CheckView& view, const MxHostFacts& host, Findings& findings) {
  const bool all_good = std::ranges::none_of(host.addresses, fails) &&
                        std::ranges::any_of(host.addresses, [](const auto& seen) {
                          return compared(seen.tlsa) && matches(seen.tlsa);
                        });
  if (!dane_counts(view, host) || !all_good) return;
  std::string lines;
  std::size_t count = 0;
  for (const auto& record : host.dane.records) {
    if (!record.usable() || !matches_nothing(host, record)) continue;
    if (++count > kShownRecords) continue;
    lines += lines.empty() ? "" : "; ";
    lines += tlsa_line(host, record);
  }
  if (count == 0) return;
  findings.add("dane-stale-record", tlsa_owner(host),
               fmt::format("{} of {} records match nothing", count, host.dane.records.size()),
               "remove: " + lines);
}

}  // namespace

void check_tlsa_matches(const CheckView& view, Findings& findings) {
  apply_at_addresses(view, kMatchRules, findings);
  for (const auto& host : view.facts.hosts) look_at_stale(view, host, findings);
}

}  // namespace strictmx
