#include "core/check/rules_at_address.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace strictmx {
namespace {

constexpr std::size_t kMaxQuoted = 120;  // octets of remote text in one piece of evidence

struct PlacedHit {
  const SmtpAddressFacts* seen;
  AddressHit hit;
};

bool alike(const std::vector<PlacedHit>& hits) {
  return std::ranges::all_of(hits, [&](const PlacedHit& placed) {
    return placed.hit.evidence == hits.front().hit.evidence &&
           placed.hit.severity == hits.front().hit.severity;
  });
}

class HostRules {
 public:
  HostRules(const CheckView& view, const MxHostFacts& host, Findings& findings)
      : view_(view), host_(host), findings_(findings) {}

  void apply(const RuleAtAddress& rule) {
    std::vector<PlacedHit> hits;
    for (const auto& seen : host_.addresses) {
      if (auto hit = rule.look({view_, host_, seen})) hits.push_back({&seen, std::move(*hit)});
    }
    if (hits.empty()) return;
    const auto count = std::ranges::count_if(host_.addresses, connected);
    const bool everywhere = hits.size() > 1 && static_cast<std::size_t>(count) <= hits.size();
    if (everywhere && alike(hits)) {
      add(rule, object_of(host_), std::move(hits.front().hit));
      return;
    }
    for (auto& [seen, hit] : hits) add(rule, object_of(host_, *seen), std::move(hit));
  }

 private:
  void add(const RuleAtAddress& rule, std::string object, AddressHit hit) {
    if (rule.blocks == Blocks::tls && dane_demands_tls(view_, host_))
      hit.severity = Severity::critical;
    if (hit.severity) {
      findings_.add_as(*hit.severity, rule.id, std::move(object), std::move(hit.evidence),
                       std::move(hit.fix));
    } else {
      findings_.add(rule.id, std::move(object), std::move(hit.evidence), std::move(hit.fix));
    }
  }

  const CheckView& view_;
  const MxHostFacts& host_;
  Findings& findings_;
};

}  // namespace

void apply_at_addresses(const CheckView& view, std::span<const RuleAtAddress> rules,
                        Findings& findings) {
  for (const auto& host : view.facts.hosts) {
    HostRules of_host(view, host, findings);
    for (const auto& rule : rules) of_host.apply(rule);
  }
}

bool dane_counts(const CheckView& view, const MxHostFacts& host) {
  // RFC 7672 §2.2.1: an insecure MX RRset is not followed by TLSA look-ups that count.
  return view.facts.mx.meta.trust == DnsTrust::secure && host.dane.state == DaneState::usable;
}

bool dane_demands_tls(const CheckView& view, const MxHostFacts& host) {
  const bool unusable = host.dane.state == DaneState::unusable;
  return dane_counts(view, host) || (view.facts.mx.meta.trust == DnsTrust::secure && unusable);
}

std::string object_of(const MxHostFacts& host) { return escape_remote(host.name, 253); }

std::string object_of(const MxHostFacts& host, const SmtpAddressFacts& seen) {
  return fmt::format("{} [{}]", object_of(host), seen.address.text());
}

bool connected(const SmtpAddressFacts& seen) {
  return seen.connect.status == ConnectStatus::connected;
}

std::string postfix_chain_line(std::string_view host) {
  return fmt::format(
      "smtpd_tls_chain_files = /etc/letsencrypt/live/{0}/privkey.pem, "
      "/etc/letsencrypt/live/{0}/fullchain.pem",
      host);
}

std::string quote(std::string_view remote) { return escape_remote(remote, kMaxQuoted); }

std::string quote(const SmtpReply& reply) {
  return fmt::format("{} {}", reply.code, quote(reply.first_line()));
}

}  // namespace strictmx
