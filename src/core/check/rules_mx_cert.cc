#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/address_outlook.h"
#include "core/check/certificate_strength.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

constexpr std::size_t kShownNames = 3;

using Hit = std::optional<AddressHit>;

WallTime now_of(const AddressCase& at) { return at.view.facts.started; }

// Fault of the chain, with or without regard to dates: an expired chain may be untrusted as well.
bool chain_is(const AddressCase& at, ChainStatus status) {
  return at.chain().status == status || at.chain().status_at_any_time == status;
}

std::string issued_by(const CertificateFacts& certificate) {
  return fmt::format("\"{}\", issued by \"{}\"", quote(certificate.subject),
                     quote(certificate.issuer));
}

std::string fix_by_new(const AddressCase& at) {
  return fmt::format(
      "certbot certonly --deploy-hook \"postfix reload\" -d {}, or another "
      "certificate with DNS:{}",
      at.name(), at.name());
}

std::string fix_by_chain(const AddressCase& at) {
  return "Postfix: " + postfix_chain_line(at.name());
}

// The certificate the chain's date fault is about; null without.
const CertificateFacts* out_of_date(const AddressCase& at, ChainStatus status) {
  const auto& chain = at.chain();
  if (chain.status != status || chain.depth < 0) return nullptr;
  const auto depth = static_cast<std::size_t>(chain.depth);
  return depth < chain.sent.size() ? &chain.sent[depth] : nullptr;
}

Hit look_expired(const AddressCase& at) {
  const auto* certificate = out_of_date(at, ChainStatus::expired);
  if (certificate == nullptr || at.chain().depth != 0) return std::nullopt;
  return AddressHit{"ended on " + date_text(certificate->not_after), fix_by_new(at)};
}

Hit look_early(const AddressCase& at) {
  const auto* certificate = out_of_date(at, ChainStatus::not_yet_valid);
  if (certificate == nullptr) return std::nullopt;
  return AddressHit{"valid from " + format_utc(certificate->not_before)};
}

Hit look_authority_expired(const AddressCase& at) {
  if (at.chain().status != ChainStatus::expired || at.chain().depth == 0) return std::nullopt;
  const auto* certificate = out_of_date(at, ChainStatus::expired);
  if (certificate == nullptr) return AddressHit{quote(at.chain().detail), fix_by_chain(at)};
  return AddressHit{fmt::format("\"{}\" ended on {}", quote(certificate->subject),
                                date_text(certificate->not_after)),
                    fix_by_chain(at)};
}

Hit look_expiring(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  if (leaf == nullptr) return std::nullopt;
  const auto urgency = severity_of_expiry(*leaf, now_of(at));
  if (!urgency) return std::nullopt;
  return AddressHit{expiry_text(*leaf, now_of(at)), fix_by_new(at), urgency};
}

Hit look_authority_expiring(const AddressCase& at) {
  constexpr std::chrono::days kSoon{14};
  if (at.chain().status != ChainStatus::ok) return std::nullopt;
  const auto& sent = at.chain().sent;
  for (std::size_t i = 1; i < sent.size(); ++i) {
    const auto left = sent[i].not_after - now_of(at);
    // One that ends together with the leaf brings no news; a stray expired one is not in use.
    if (left < Seconds{0} || left > kSoon || sent[i].self_signed) continue;
    if (sent[i].not_after >= sent.front().not_after) continue;
    return AddressHit{
        fmt::format("\"{}\" ends on {}", quote(sent[i].subject), date_text(sent[i].not_after)),
        fix_by_chain(at)};
  }
  return std::nullopt;
}

// The latest end of a certificate for this host, wherever the check has seen one.
std::optional<WallTime> newest_end(const AddressCase& at) {
  std::optional<WallTime> newest;
  const auto take = [&](const ChainFacts& chain) {
    const auto* leaf = chain.leaf();
    if (leaf == nullptr || chain.status != ChainStatus::ok || !names_host(*leaf, at.name())) return;
    newest = std::max(newest.value_or(leaf->not_after), leaf->not_after);
  };
  for (const auto& host : at.view.facts.hosts) {
    for (const auto& seen : host.addresses) take(seen.dialogue.tls.chain);
  }
  for (const auto& seen : at.view.facts.policy_host.addresses) take(seen.tls.chain);
  return newest;
}

Hit look_not_reloaded(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  if (leaf == nullptr || !names_host(*leaf, at.name())) return std::nullopt;
  const bool old = leaf->not_after < now_of(at) || severity_of_expiry(*leaf, now_of(at));
  const auto newest = newest_end(at);
  if (!old || !newest || *newest <= leaf->not_after) return std::nullopt;
  return AddressHit{fmt::format("ends on {} here, and on {} where it is new",
                                date_text(leaf->not_after), date_text(*newest))};
}

Hit look_self_signed(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  if (leaf == nullptr || !chain_is(at, ChainStatus::self_signed)) return std::nullopt;
  return AddressHit{fmt::format("\"{}\" signs itself", quote(leaf->subject)), fix_by_new(at)};
}

Hit look_unknown_root(const AddressCase& at) {
  if (!chain_is(at, ChainStatus::unknown_root) || at.chain().sent.empty()) return std::nullopt;
  return AddressHit{fmt::format("the chain ends at \"{}\"", quote(at.chain().sent.back().subject)),
                    fix_by_new(at)};
}

Hit look_incomplete(const AddressCase& at) {
  if (!chain_is(at, ChainStatus::incomplete) || at.chain().sent.empty()) return std::nullopt;
  return AddressHit{
      fmt::format("the certificate of \"{}\" is not sent", quote(at.chain().sent.back().issuer)),
      fix_by_chain(at)};
}

bool not_for_servers(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  return leaf != nullptr && leaf->server_auth == ServerAuth::missing;
}

Hit look_purpose(const AddressCase& at) {
  if (!not_for_servers(at)) return std::nullopt;
  return AddressHit{issued_by(*at.chain().leaf()), fix_by_new(at)};
}

Hit look_bad_chain(const AddressCase& at) {
  const bool bad = chain_is(at, ChainStatus::bad_signature) || chain_is(at, ChainStatus::other) ||
                   (chain_is(at, ChainStatus::purpose) && !not_for_servers(at));
  if (!bad) return std::nullopt;
  return AddressHit{quote(at.chain().detail), fix_by_chain(at)};
}

Hit look_constraint(const AddressCase& at) {
  if (!chain_is(at, ChainStatus::name_constraint)) return std::nullopt;
  return AddressHit{quote(at.chain().detail)};
}

Hit look_weak(const AddressCase& at) {
  const auto* chain = &at.chain();
  if (chain->sent.empty() && at.seen.any_tls) chain = &at.seen.any_tls->tls.chain;
  const auto* leaf = chain->leaf();
  if (leaf == nullptr) return std::nullopt;
  const auto weakness = weakness_of(*leaf);
  if (!weakness.empty()) return AddressHit{weakness, fix_by_new(at)};
  if (chain->status != ChainStatus::weak) return std::nullopt;
  return AddressHit{quote(chain->detail), fix_by_new(at)};
}

Hit look_staple(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  if (leaf == nullptr || at.tls().status != HandshakeStatus::done) return std::nullopt;
  if (!leaf->must_staple || at.tls().stapled) return std::nullopt;
  return AddressHit{issued_by(*leaf)};
}

Hit look_is_ca(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  // Tools that make self-signed certificates mark them so.
  if (leaf == nullptr || !leaf->is_ca || leaf->self_signed) return std::nullopt;
  return AddressHit{issued_by(*leaf)};
}

enum class NameFault : std::uint8_t { none, other, domain, leftover, address, common_name, depth };

bool is_local(std::string_view name) {
  constexpr std::string_view kLocal[] = {".localdomain", ".local",     ".lan",    ".internal",
                                         ".home",        ".localhost", ".example"};
  if (name.find('.') == std::string_view::npos) return true;
  return std::ranges::any_of(kLocal, [&](auto suffix) { return name.ends_with(suffix); });
}

bool star_above(const CertificateFacts& leaf, std::string_view host) {
  return std::ranges::any_of(leaf.dns_names, [&](std::string_view name) {
    return name.starts_with("*.") && host.ends_with(name.substr(1));
  });
}

NameFault name_fault(const AddressCase& at) {
  const auto* leaf = at.chain().leaf();
  // Whoever replaces a self-signed certificate brings the right name along.
  if (leaf == nullptr || leaf->self_signed || names_host(*leaf, at.name())) return NameFault::none;
  if (leaf->dns_name_count > leaf->dns_names.size()) return NameFault::none;  // not all were seen
  if (leaf->dns_names.empty())
    return leaf->ip_names.empty() ? NameFault::common_name : NameFault::address;
  if (std::ranges::all_of(leaf->dns_names, is_local)) return NameFault::leftover;
  if (star_above(*leaf, at.name())) return NameFault::depth;
  if (names_host(*leaf, at.view.facts.domain.text())) return NameFault::domain;
  return NameFault::other;
}

std::string names_of(const CertificateFacts& leaf) {
  if (leaf.dns_names.empty() && leaf.ip_names.empty())
    return fmt::format("common name \"{}\"", quote(leaf.common_name));
  const auto& names = leaf.dns_names.empty() ? leaf.ip_names : leaf.dns_names;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShownNames); ++i) {
    text += text.empty() ? "" : ", ";
    text += quote(names[i]);
  }
  if (names.size() > kShownNames) text += fmt::format(" and {} more", names.size() - kShownNames);
  return "for " + text;
}

template <NameFault kFault>
Hit look_name(const AddressCase& at) {
  if (name_fault(at) != kFault) return std::nullopt;
  return AddressHit{names_of(*at.chain().leaf()), fix_by_new(at)};
}

Hit look_order(const AddressCase& at) {
  if (at.chain().ordered) return std::nullopt;
  return AddressHit{
      fmt::format("{} certificates, not each issued by the next", at.chain().sent_count)};
}

bool pinned_root(const AddressCase& at) {
  return std::ranges::any_of(at.seen.tlsa, [&](const TlsaMatchFacts& tlsa) {
    const auto depth = static_cast<std::size_t>(std::max(tlsa.depth, 0));
    return tlsa.match == TlsaMatch::match && depth > 0 && depth < at.chain().sent.size() &&
           at.chain().sent[depth].self_signed;
  });
}

Hit look_root(const AddressCase& at) {
  if (!at.chain().root_included || pinned_root(at)) return std::nullopt;
  if (chain_is(at, ChainStatus::unknown_root)) return std::nullopt;  // that is what is wrong
  return AddressHit{
      fmt::format("{} certificates, a self-signed one among them", at.chain().sent_count)};
}

Hit look_duplicates(const AddressCase& at) {
  if (!at.chain().duplicates) return std::nullopt;
  return AddressHit{fmt::format("{} certificates, one of them twice", at.chain().sent_count)};
}

Hit look_split(const AddressCase& at) {
  const auto& other = at.seen.other_key;
  if (!other || other->tls.status != HandshakeStatus::done || at.chain().sent.empty())
    return std::nullopt;
  if (other->tls.chain.sent.empty()) return std::nullopt;
  const auto first = why_not_trusted(at.chain(), at.name());
  const auto second = why_not_trusted(other->tls.chain, at.name());
  if (first.empty() == second.empty()) return std::nullopt;
  const auto& bad = first.empty() ? other->tls.chain : at.chain();
  return AddressHit{fmt::format("with the {} key it {}", name_of(bad.leaf()->key),
                                first.empty() ? second : first)};
}

Hit look_dane_only(const AddressCase& at) {
  if (!dane_counts(at.view, at.host) || at.chain().sent.empty()) return std::nullopt;
  const bool matches = std::ranges::any_of(
      at.seen.tlsa, [](const TlsaMatchFacts& tlsa) { return tlsa.match == TlsaMatch::match; });
  auto why = why_not_trusted(at.chain(), at.name());
  if (!matches || why.empty()) return std::nullopt;
  return AddressHit{"a TLSA record matches; for MTA-STS it " + why};
}

constexpr RuleAtAddress kCertificateRules[] = {
    {"mx-cert-expired", Blocks::no, look_expired},
    {"mx-cert-not-yet-valid", Blocks::no, look_early},
    {"mx-cert-intermediate-expired", Blocks::no, look_authority_expired},
    {"mx-cert-expiring", Blocks::no, look_expiring},
    {"mx-cert-intermediate-expiring", Blocks::no, look_authority_expiring},
    {"mx-cert-not-reloaded", Blocks::no, look_not_reloaded},
    {"mx-cert-self-signed", Blocks::no, look_self_signed},
    {"mx-cert-unknown-ca", Blocks::no, look_unknown_root},
    {"mx-cert-chain-incomplete", Blocks::no, look_incomplete},
    {"mx-cert-eku", Blocks::no, look_purpose},
    {"mx-cert-bad-chain", Blocks::no, look_bad_chain},
    {"mx-cert-name-constraint", Blocks::no, look_constraint},
    {"mx-cert-weak", Blocks::no, look_weak},
    {"mx-cert-must-staple", Blocks::no, look_staple},
    {"mx-cert-is-ca", Blocks::no, look_is_ca},
    {"mx-cert-name", Blocks::no, look_name<NameFault::other>},
    {"mx-cert-name-domain", Blocks::no, look_name<NameFault::domain>},
    {"mx-cert-name-trailing", Blocks::no, look_name<NameFault::leftover>},
    {"mx-cert-name-ip", Blocks::no, look_name<NameFault::address>},
    {"mx-cert-cn-only", Blocks::no, look_name<NameFault::common_name>},
    {"mx-cert-wildcard-depth", Blocks::no, look_name<NameFault::depth>},
    {"mx-cert-chain-order", Blocks::no, look_order},
    {"mx-cert-root-included", Blocks::no, look_root},
    {"mx-cert-duplicates", Blocks::no, look_duplicates},
    {"mx-cert-ecdsa-rsa-split", Blocks::no, look_split},
    {"mx-cert-ok-dane-only", Blocks::no, look_dane_only},
};

}  // namespace

void check_mx_certificates(const CheckView& view, Findings& findings) {
  apply_at_addresses(view, kCertificateRules, findings);
}

}  // namespace strictmx
