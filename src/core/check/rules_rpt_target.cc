#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/address_outlook.h"
#include "core/check/check_verdict.h"
#include "core/check/parts_of_rpt.h"
#include "core/check/rule_evidence.h"
#include "core/check/rules_at_address.h"

namespace strictmx {

namespace {

// "!10m", a size limit of DMARC (RFC 7489 §6.2); npos without.
std::size_t bang_at(std::string_view uri) {
  const auto bang = uri.rfind('!');
  if (bang == std::string_view::npos || bang + 1 == uri.size()) return std::string_view::npos;
  auto limit = uri.substr(bang + 1);
  constexpr std::string_view kUnits = "kmgtKMGT";
  if (kUnits.find(limit.back()) != std::string_view::npos) limit.remove_suffix(1);
  const bool digits = !limit.empty() && std::ranges::all_of(limit, is_digit);
  return digits ? bang : std::string_view::npos;
}

bool has_scheme(const ReportTargetFacts& target) {
  return target.scheme == "mailto" || target.scheme == "https";
}

// "mailto:a,b@example.com" falls into two pieces; the first one has no domain.
bool cut_by_comma(const ReportTargetFacts& target, const ReportTargetFacts* next) {
  return target.scheme == "mailto" && target.uri.find('@') == std::string::npos &&
         next != nullptr && next->scheme.empty() && next->uri.find('@') != std::string::npos;
}

bool bad_octets(std::string_view uri) {
  return uri.find_first_of("!\"<>\\^`{|} ") != std::string_view::npos;
}

std::string mended(const ReportTargetFacts& target) {
  std::string uri = target.uri.substr(0, bang_at(target.uri));
  if (target.scheme == "http") return "https" + uri.substr(target.scheme.size());
  if (!has_scheme(target) && uri.find('@') != std::string::npos) {
    const auto colon = uri.find(':');
    uri = "mailto:" + (colon == std::string::npos ? uri : uri.substr(colon + 1));
  }
  return uri;
}

class TargetRules {
 public:
  TargetRules(const CheckView& view, Findings& findings) : view_(view), findings_(findings) {}

  // Returns whether the destination can be used.
  bool look_at_uri(const ReportTargetFacts& target, const ReportTargetFacts* before,
                   const ReportTargetFacts* next) {
    if (before != nullptr && cut_by_comma(*before, &target)) return false;  // told already
    if (bang_at(target.uri) != std::string::npos) return add("rpt-rua-bang", target);
    if (cut_by_comma(target, next) || bad_octets(target.uri))
      return add("rpt-rua-encoding", target);
    if (!has_scheme(target)) return add("rpt-rua-scheme", target);
    if (parse_report_uri(target.uri)) return true;
    return add(target.scheme == "mailto" ? "rpt-mailto-syntax" : "rpt-https-syntax", target);
  }

  void look_at_mail(const ReportTargetFacts& target) {
    if (!target.mx) return;
    const auto& mx = *target.mx;
    if (is_failure(mx.meta.status)) {
      if (!own_resolver_failed(view_.facts))
        say("rpt-mailto-dns", target,
            fmt::format("MX of {}: {}", quote(target.host), name_of(mx.meta.status)));
      return;
    }
    if (is_null_mx(mx))
      return say("rpt-mailto-no-mx", target, quote(target.host) + " has a null MX");
    if (!mx.hosts.empty()) return;
    if (mx.meta.status == DnsStatus::no_name)
      return say("rpt-mailto-no-mx", target, quote(target.host) + " does not exist");
    if (!nameless(target.addresses)) return;
    say("rpt-mailto-no-mx", target, quote(target.host) + " has neither MX nor address");
  }

  void look_at_https(const ReportTargetFacts& target) {
    if (nameless(target.addresses))
      return say("rpt-https-unreachable", target, quote(target.host) + " has no address");
    for (const auto& seen : target.https) {
      if (auto why = why_unreachable(seen); !why.empty())
        return say("rpt-https-unreachable", target,
                   fmt::format("[{}] {}", seen.address.text(), why));
      if (seen.tls.status != HandshakeStatus::done) continue;
      if (auto why = why_not_trusted(seen.tls.chain, target.host); !why.empty())
        return say("rpt-https-cert", target, fmt::format("[{}] {}", seen.address.text(), why));
    }
  }

 private:
  static bool nameless(const std::optional<NameFacts>& names) {
    return names && has_no_address(*names);
  }

  static std::string why_unreachable(const PolicyAddressFacts& seen) {
    switch (seen.connect.status) {
      case ConnectStatus::refused:
      case ConnectStatus::unreachable:
      case ConnectStatus::timeout:
      case ConnectStatus::reset:
        return "connection: " + std::string(name_of(seen.connect.status));
      case ConnectStatus::not_tried:
      case ConnectStatus::no_route:
      case ConnectStatus::not_public:
      case ConnectStatus::local:
        return {};
      case ConnectStatus::connected:
        break;
    }
    switch (seen.tls.status) {
      case HandshakeStatus::alert:
      case HandshakeStatus::no_version:
      case HandshakeStatus::weak:
      case HandshakeStatus::closed:
      case HandshakeStatus::timeout:
      case HandshakeStatus::not_tls:
      case HandshakeStatus::protocol:
        return "TLS handshake: " + (seen.tls.detail.empty() ? std::string(name_of(seen.tls.status))
                                                            : quote(seen.tls.detail));
      case HandshakeStatus::not_tried:
      case HandshakeStatus::done:
      case HandshakeStatus::certificate_ask:
      case HandshakeStatus::local:
        break;
    }
    return {};
  }

  bool add(std::string_view id, const ReportTargetFacts& target) {
    findings_.add(id, report_name(view_), fmt::format("\"{}\"", quote(target.uri)),
                  report_line(view_, mended_uris(view_)));
    return false;
  }

  void say(std::string_view id, const ReportTargetFacts& target, std::string evidence) {
    findings_.add(id, quote(target.uri), std::move(evidence));
  }

  const CheckView& view_;
  Findings& findings_;
};

bool within(std::string_view host, std::string_view domain) {
  return host == domain || host.ends_with("." + std::string(domain));
}

// What the destinations have in common.
void look_at_all(const CheckView& view, Findings& findings) {
  const auto* record = std::get_if<TlsRptRecord>(&view.rpt);
  if (record == nullptr || record->rua.empty()) return;
  const auto& domain = view.facts.domain.text();
  std::set<std::string> strangers;
  bool all_here = true;
  for (const auto& uri : record->rua) {
    if (!within(uri.host.text(), domain)) strangers.insert(uri.host.text());
    all_here = all_here && uri.scheme == ReportScheme::mailto && uri.host.text() == domain;
  }
  if (!strangers.empty()) {
    findings.add("rpt-external", report_name(view),
                 "reports go to " + join({strangers.begin(), strangers.end()}, ", "));
  }
  if (record->rua.size() == 1)
    findings.add("rpt-single-destination", report_name(view), record->rua.front().text);
  if (!all_here) return;
  const auto verdict = judge(view);
  const bool stopped = std::ranges::any_of(verdict.senders, [](const SenderOutlook& outlook) {
    return outlook.delivery == Delivery::deferred;
  });
  if (!stopped) return;
  findings.add("rpt-mailto-same-domain-enforced", report_name(view),
               fmt::format("all reports go to {}", domain));
}

void look_for_duplicates(const CheckView& view, Findings& findings) {
  std::set<std::string> seen;
  for (const auto& target : view.facts.report_targets) {
    const auto uri = parse_report_uri(target.uri);
    if (!uri || seen.insert(uri->key()).second) continue;
    findings.add("rpt-rua-duplicate", report_name(view), quote(target.uri));
  }
}

}  // namespace

std::vector<std::string> mended_uris(const CheckView& view) {
  std::vector<std::string> uris;
  for (const auto& target : view.facts.report_targets) {
    auto uri = mended(target);
    const bool known = std::ranges::find(uris, uri) != uris.end();
    if (!known && parse_report_uri(uri)) uris.push_back(std::move(uri));
  }
  return uris;
}

void check_report_targets(const CheckView& view, Findings& findings) {
  if (!one_report_record(view)) return;
  TargetRules rules(view, findings);
  const auto& targets = view.facts.report_targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto* before = i > 0 ? &targets[i - 1] : nullptr;
    const auto* next = i + 1 < targets.size() ? &targets[i + 1] : nullptr;
    if (!rules.look_at_uri(targets[i], before, next)) continue;
    if (targets[i].scheme == "https") {
      rules.look_at_https(targets[i]);
    } else {
      rules.look_at_mail(targets[i]);
    }
  }
  look_for_duplicates(view, findings);
  look_at_all(view, findings);
}

}  // namespace strictmx
