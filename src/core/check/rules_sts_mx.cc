#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/check_rules.h"
#include "core/check/mail_provider.h"
#include "core/check/rule_evidence.h"
#include "core/check/sts_attempt.h"

namespace strictmx {

namespace {

// RFC 8461 §4.1: hosts that senders can go to.
bool is_candidate(const MxHostFacts& host) { return host.host && !has_no_address(host.dns); }

std::string_view base_of(const std::string& pattern) { return std::string_view(pattern).substr(2); }

bool is_below_wildcard(const MxPattern& pattern, const Domain& host) {
  if (!pattern.wildcard() || pattern.matches(host)) return false;
  const auto suffix = pattern.text().substr(1);  // ".example.com"
  return host.text().size() > suffix.size() && host.text().ends_with(suffix);
}

std::string_view provider_of(const MxPattern& pattern) {
  const auto text = pattern.text();
  return provider_of_mx(pattern.wildcard() ? base_of(text) : std::string_view(text));
}

class CoverageRules {
 public:
  CoverageRules(const CheckView& view, Findings& findings)
      : view_(view), facts_(view.facts), findings_(findings) {}

  void run() {
    const auto& scan = *view_.scan;
    for (const auto& host : facts_.hosts) {
      if (is_candidate(host)) (view_.covers(host) ? covered_ : uncovered_).push_back(&host);
    }
    if (!scan.mx.empty()) check_uncovered();
    if (!facts_.hosts.empty()) {
      for (const auto& pattern : scan.mx) check_pattern(pattern);
    }
  }

 private:
  bool is_implicit() const { return facts_.mx.hosts.empty(); }

  std::string patterns() const {
    std::vector<std::string> texts;
    for (const auto& pattern : view_.scan->mx) {
      if (texts.size() == 6) break;
      texts.push_back(pattern.text());
    }
    return "policy: " + join(texts, ", ");
  }

  std::string line_for(const MxHostFacts& host) const {
    return with_fresh_record(facts_, "mx: " + host.host->text());
  }

  void check_uncovered() {
    if (uncovered_.empty()) return;
    if (is_implicit()) {
      return findings_.add("sts-mx-implicit-not-covered", facts_.domain.text(), patterns(),
                           line_for(*uncovered_.front()));
    }
    std::vector<const MxHostFacts*> plain;
    for (const auto* host : uncovered_) {
      if (!check_reason(*host)) plain.push_back(host);
    }
    if (plain.empty()) return;
    if (covered_.empty() && plain.size() == uncovered_.size()) return add_none_covered();
    for (const auto* host : plain) {
      const bool backup = std::ranges::any_of(
          covered_, [&](const MxHostFacts* good) { return good->preference < host->preference; });
      findings_.add(backup ? "sts-mx-backup-not-covered" : "sts-mx-not-covered", host->host->text(),
                    fmt::format("MX {} {}; {}", host->preference, host->host->text(), patterns()),
                    line_for(*host));
    }
  }

  // Says why the policy misses the host, where that is known.
  bool check_reason(const MxHostFacts& host) {
    for (const auto& pattern : view_.scan->mx) {
      if (!is_below_wildcard(pattern, *host.host)) continue;
      findings_.add("sts-mx-wildcard-depth", host.host->text(),
                    fmt::format("mx: {} does not cover {}", pattern.text(), host.host->text()),
                    line_for(host));
      too_deep_.push_back(&pattern);
      return true;
    }
    const auto now = provider_of_mx(host.host->text());
    if (now.empty()) return false;
    for (const auto& pattern : view_.scan->mx) {
      const auto before = provider_of(pattern);
      if (before.empty()) continue;
      findings_.add("sts-mx-provider-moved", host.host->text(),
                    fmt::format("MX host at {}, mx: {} at {}", now, pattern.text(), before),
                    line_for(host));
      return true;
    }
    return false;
  }

  void add_none_covered() {
    std::vector<std::string> names;
    std::vector<std::string> lines;
    for (const auto* host : uncovered_) {
      if (names.size() == kMaxCheckedHosts) break;
      names.push_back(host->host->text());
      lines.push_back("mx: " + host->host->text());
    }
    findings_.add("sts-mx-none-covered", facts_.domain.text(),
                  fmt::format("MX {}; {}", join(names, ", "), patterns()),
                  with_fresh_record(facts_, join(lines, "\n")));
  }

  std::vector<std::string> lines_for(const MxPattern& pattern) const {
    std::vector<std::string> lines;
    for (const auto& host : facts_.hosts) {
      if (lines.size() == kMaxCheckedHosts) break;
      if (host.host && pattern.matches(*host.host)) lines.push_back("mx: " + host.host->text());
    }
    return lines;
  }

  void check_pattern(const MxPattern& pattern) {
    const auto text = pattern.text();
    const auto lines = lines_for(pattern);
    const bool told = std::ranges::find(too_deep_, &pattern) != too_deep_.end();
    if (lines.empty() && !told) {
      findings_.add("sts-mx-stale", text, "mx: " + text,
                    with_fresh_record(facts_, "delete: mx: " + text));
    }
    if (!pattern.wildcard()) return;
    if (is_shared_domain(base_of(text))) {
      findings_.add("sts-mx-wildcard-shared", text, "mx: " + text,
                    lines.empty() ? "" : with_fresh_record(facts_, join(lines, "\n")));
    } else if (!lines.empty() && provider_of(pattern).empty()) {
      findings_.add("sts-mx-wildcard-wide", text,
                    fmt::format("mx: {} covers {} MX hosts", text, lines.size()),
                    with_fresh_record(facts_, join(lines, "\n")));
    }
  }

  const CheckView& view_;
  const CheckFacts& facts_;
  Findings& findings_;
  std::vector<const MxHostFacts*> covered_;
  std::vector<const MxHostFacts*> uncovered_;
  std::vector<const MxPattern*> too_deep_;
};

// DANE comes first (RFC 8461 §2): where it fails, that the policy is content does not help.
void check_dane_conflict(const CheckView& view, Findings& findings) {
  if (!view.policy || view.policy->mode == PolicyMode::none) return;
  for (const auto& host : view.facts.hosts) {
    if (host.dane.state != DaneState::usable || !view.covers(host)) continue;
    for (const auto& address : host.addresses) {
      const auto& chain = address.dialogue.tls.chain;
      if (address.tlsa.empty() || chain.status != ChainStatus::ok || chain.leaf() == nullptr ||
          !names_host(*chain.leaf(), host.host->text())) {
        continue;
      }
      const bool refused = std::ranges::none_of(address.tlsa, [](const TlsaMatchFacts& tlsa) {
        return tlsa.match == TlsaMatch::match || tlsa.match == TlsaMatch::not_checked;
      });
      if (!refused) continue;
      findings.add("sts-dane-conflict", host.host->text(),
                   fmt::format("[{}]: the certificate is good and none of {} TLSA records matches",
                               address.address.text(), address.tlsa.size()));
      break;
    }
  }
}

class HistoryRules {
 public:
  HistoryRules(const CheckView& view, const EarlierFacts& earlier, Findings& findings)
      : view_(view),
        facts_(view.facts),
        earlier_(earlier),
        since_("since " + format_utc(earlier.when)),
        findings_(findings) {}

  void run() {
    check_id();
    auto before = parse_policy(earlier_.policy);
    if (earlier_.id.empty() || !before || before->policy.mode != PolicyMode::enforce) return;
    check_rollback();
    check_removal(before->policy.max_age);
  }

 private:
  bool fetched() const {
    const auto& host = facts_.policy_host;
    return host.fetched && host.outcome.status == FetchStatus::ok && !facts_.planned_policy;
  }

  // RFC 8461 §3.1: the id changes if and only if the policy does.
  void check_id() {
    if (view_.record == nullptr || earlier_.id.empty() || earlier_.policy.empty() || !fetched()) {
      return;
    }
    const bool same_id = view_.record->id == earlier_.id;
    const bool same_policy = facts_.policy_host.outcome.body == earlier_.policy;
    const auto name = "_mta-sts." + facts_.domain.text();
    if (same_id && !same_policy) {
      return findings_.add("sts-id-not-changed", name,
                           fmt::format("id={} {}, with another policy", earlier_.id, since_),
                           fresh_sts_record(facts_));
    }
    if (same_id) return;
    const auto evidence = fmt::format("id={}, before that id={}", view_.record->id, earlier_.id);
    const auto old = addresses_with_old_policy();
    const bool all = old.size() == facts_.policy_host.addresses.size();
    if (!old.empty() && !all) {
      findings_.add("sts-id-before-policy", name,
                    fmt::format("{}; the old policy is at {}", evidence, address_list(old)),
                    fresh_sts_record(facts_));
    } else if (same_policy) {
      findings_.add("sts-id-changed-policy-same", name, evidence);
    }
  }

  std::vector<IpAddress> addresses_with_old_policy() const {
    std::vector<IpAddress> old;
    for (const auto& address : facts_.policy_host.addresses) {
      const bool complete = address.http.end == HttpEnd::complete && address.http.status == 200;
      if (complete && address.http.body == earlier_.policy) old.push_back(address.address);
    }
    return old;
  }

  void check_rollback() {
    if (!view_.policy || view_.policy->mode != PolicyMode::testing) return;
    if (facts_.planned_policy || facts_.planned_sts_txt) return;
    findings_.add("sts-policy-rollback", facts_.domain.text(), "mode: enforce, now testing",
                  with_fresh_record(facts_, "mode: enforce"));
  }

  // RFC 8461 §8.3.
  void check_removal(Seconds max_age) {
    if (facts_.started - earlier_.when > max_age || facts_.planned_sts_txt) return;
    const auto& meta = facts_.sts_txt.meta;
    const bool record_gone = meta && !is_failure(meta->status) && !means_sts(facts_);
    const bool host_gone = facts_.policy_host.fetched && has_no_address(facts_.policy_host.dns);
    if (!record_gone && !host_gone) return;
    findings_.add(
        "sts-removed-abruptly", facts_.domain.text(),
        fmt::format("{} is gone; mode: enforce, max_age: {} {}",
                    record_gone ? "the record" : "the policy host", max_age.count(), since_),
        with_fresh_record(facts_, "version: STSv1\nmode: none\nmax_age: 86400"));
  }

  const CheckView& view_;
  const CheckFacts& facts_;
  const EarlierFacts& earlier_;
  const std::string since_;
  Findings& findings_;
};

}  // namespace

void check_policy_reality(const CheckView& view, Findings& findings) {
  const auto& facts = view.facts;
  if (facts.earlier) HistoryRules(view, *facts.earlier, findings).run();
  const bool known = view.scan && (facts.planned_policy || means_policy(view));
  if (!known || is_null_mx(facts.mx)) return;
  if (view.policy && view.policy->mode == PolicyMode::none) {
    return findings.add("sts-mode-none", facts.domain.text(), "mode: none");
  }
  if (view.policy && view.policy->mode == PolicyMode::testing) {
    findings.add("sts-mode-testing", facts.domain.text(), "mode: testing",
                 with_fresh_record(facts, "mode: enforce"));
  }
  if (view.scan->mode && *view.scan->mode != PolicyMode::none) {
    CoverageRules(view, findings).run();
  }
  check_dane_conflict(view, findings);
}

}  // namespace strictmx
