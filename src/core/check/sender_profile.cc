#include "core/check/sender_profile.h"

#include <algorithm>
#include <array>
#include <utility>

namespace strictmx {
namespace {

// Postfix's default of smtp_mx_address_limit.
constexpr std::size_t kPostfixAddresses = 5;

constexpr std::array kNames = {
    std::pair{SenderProfile::strict, std::string_view("strict")},
    std::pair{SenderProfile::gmail, std::string_view("gmail")},
    std::pair{SenderProfile::postfix, std::string_view("postfix")},
    std::pair{SenderProfile::exchange, std::string_view("exchange")},
};

Delivery delivery_of(const CheckVerdict& verdict, Sender sender) {
  const auto found = std::ranges::find(verdict.senders, sender, &SenderOutlook::sender);
  return found == verdict.senders.end() ? Delivery::unknown : found->delivery;
}

// The certificate fits any MX host that the policy names, for whichever host it is shown:
// strictmx hands Postfix the names of these hosts.
bool old_postfix_accepts(const SmtpAddressFacts& address, const std::vector<std::string>& names) {
  const auto& tls = address.dialogue.tls;
  const auto* const leaf = tls.chain.leaf();
  if (tls.status != HandshakeStatus::done || tls.chain.status != ChainStatus::ok) return false;
  if (leaf == nullptr) return false;
  return std::ranges::any_of(names, [&](const auto& name) { return names_host(*leaf, name); });
}

Delivery old_postfix(const CheckView& view, Delivery strict) {
  if (view.mode != PublishedMode::enforce || strict != Delivery::deferred) return strict;
  std::vector<std::string> names;
  for (const auto& host : view.facts.hosts) {
    if (host.host && view.policy->allows(*host.host)) names.push_back(host.name);
  }
  for (const auto& host : view.facts.hosts) {
    if (host.dane.state == DaneState::usable || host.dane.state == DaneState::failed) continue;
    for (const auto& address : host.addresses) {
      if (old_postfix_accepts(address, names)) return Delivery::encrypted;
    }
  }
  return strict;
}

std::size_t addresses_of(const CheckView& view) {
  std::size_t count = 0;
  for (const auto& host : view.facts.hosts) count += host.dns.addresses.size();
  return count;
}

bool any_dane(const CheckView& view) {
  return std::ranges::any_of(view.facts.hosts,
                             [](const auto& host) { return host.dane.state == DaneState::usable; });
}

void describe_gmail(const CheckView& view, const CheckVerdict& verdict, ProfileOutlook& outlook) {
  outlook.title = "Gmail, as a sender";
  outlook.later = delivery_of(verdict, Sender::sts);
  outlook.first = outlook.later;
  if (view.mode != PublishedMode::enforce) return;
  outlook.first = delivery_of(verdict, Sender::plain);
  outlook.notes.push_back(
      "It asks for a policy only after the first message to a domain: that one goes out as if "
      "there were no policy. Seen: an audit of MTA-STS senders, October 2024.");
}

void describe_postfix(const CheckView& view, const CheckVerdict& verdict, ProfileOutlook& outlook) {
  outlook.title = "Postfix before 3.10.5, asking strictmx";
  const auto strict = delivery_of(verdict, Sender::strict);
  outlook.later = outlook.first = old_postfix(view, strict);
  if (outlook.later != strict) {
    outlook.notes.push_back(
        "It takes a certificate that fits any MX host of the policy, for whichever MX host; "
        "RFC 8461 §4.1 asks for more. Postfix 3.10.5 and later do as the RFC says. Seen: Postfix "
        "3.4 and 3.7.");
  }
  if (view.mode == PublishedMode::testing) {
    outlook.notes.push_back(
        "Under a testing policy its own TLS reports call a wrong certificate a success and leave "
        "out a missing STARTTLS: good figures from it prove nothing. Seen: Postfix 3.10 and 3.11.");
  }
  if (addresses_of(view) > kPostfixAddresses) {
    outlook.notes.push_back(
        "For one message it tries no more than 5 addresses of all MX hosts together "
        "(smtp_mx_address_limit).");
  }
  if (view.mode != PublishedMode::nothing) {
    outlook.notes.push_back("Postfix alone, without a policy service, knows no MTA-STS.");
  }
}

void describe_exchange(const CheckView& view, const CheckVerdict& verdict,
                       ProfileOutlook& outlook) {
  outlook.title = "Exchange Online";
  outlook.later = outlook.first = delivery_of(verdict, Sender::strict);
  if (view.mode != PublishedMode::nothing || any_dane(view)) {
    outlook.notes.push_back(
        "It follows MTA-STS (since 2022) and DANE, unless a connector of the sending organisation "
        "says otherwise. For Exchange Server on premises no such support is known: it sends as a "
        "plain sender does. Source: the Exchange team's announcements.");
  }
  if (view.policy && any_dane(view) && std::holds_alternative<TlsRptRecord>(view.rpt)) {
    outlook.notes.push_back(
        "Its reports list the same sessions under \"sts\" and under \"tlsa\": do not add them up. "
        "Seen: reports of 2025.");
  }
}

}  // namespace

std::string_view name_of(SenderProfile profile) {
  return std::ranges::find(kNames, profile, [](const auto& row) { return row.first; })->second;
}

std::optional<SenderProfile> find_sender_profile(std::string_view name) {
  const auto* const found =
      std::ranges::find(kNames, name, [](const auto& row) { return row.second; });
  if (found == kNames.end()) return std::nullopt;
  return found->first;
}

ProfileOutlook describe_profile(SenderProfile profile, const CheckView& view,
                                const CheckVerdict& verdict) {
  ProfileOutlook outlook{profile, "", Delivery::unknown, Delivery::unknown, {}};
  switch (profile) {
    case SenderProfile::strict:
      outlook.title = "A sender that does as RFC 7672 and RFC 8461 say";
      outlook.later = outlook.first = delivery_of(verdict, Sender::strict);
      break;
    case SenderProfile::gmail:
      describe_gmail(view, verdict, outlook);
      break;
    case SenderProfile::postfix:
      describe_postfix(view, verdict, outlook);
      break;
    case SenderProfile::exchange:
      describe_exchange(view, verdict, outlook);
      break;
  }
  return outlook;
}

}  // namespace strictmx
