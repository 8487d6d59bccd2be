#include "core/check/parts_of_rpt.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "core/check/check_rules.h"
#include "core/check/rule_evidence.h"
#include "core/check/rules_at_address.h"
#include "core/txt_record.h"

namespace strictmx {

namespace {

bool begins(std::string_view text, std::string_view prefix) {
  return equals_ignore_case(text.substr(0, prefix.size()), prefix);
}

// Without what people put around it by mistake.
std::string_view unwrapped(std::string_view record) {
  while (!record.empty() && (is_blank(record.front()) || record.front() == '"'))
    record.remove_prefix(1);
  return record;
}

bool meant_for_reports(std::string_view record) { return begins(unwrapped(record), "v=tlsrpt"); }

std::string record_that_counts(const CheckView& view) {
  if (!one_report_record(view)) return {};
  for (auto& record : view.facts.rpt_txt.joined()) {
    if (is_txt_candidate(record, kTlsRptVersion)) return std::move(record);
  }
  return {};
}

bool has_policy(const CheckView& view) {
  return view.mode == PublishedMode::testing || view.mode == PublishedMode::enforce;
}

bool has_dane(const CheckView& view) {
  return std::ranges::any_of(view.facts.hosts,
                             [&](const MxHostFacts& host) { return dane_counts(view, host); });
}

// A record in the place of which ours should be, or one that was meant to be ours.
bool look_at_strangers(const CheckView& view, Findings& findings) {
  const auto fix = report_line(view, mended_uris(view));
  for (const auto& record : view.facts.rpt_txt.joined()) {
    const bool quoted = record.find('"') != std::string::npos;
    const char* id = nullptr;
    if (meant_for_reports(record)) {
      id = quoted ? "rpt-quoted" : "rpt-version";
    } else if (begins(unwrapped(record), "v=dmarc")) {
      id = "rpt-dmarc-text";
    } else if (begins(unwrapped(record), "v=spf")) {
      id = "rpt-spf-text";
    }
    if (id == nullptr) continue;
    findings.add(id, report_name(view), fmt::format("\"{}\"", quote(record)), fix);
    return true;
  }
  return false;
}

bool look_elsewhere(const CheckView& view, Findings& findings) {
  const auto& domain = view.facts.domain.text();
  bool found = false;
  for (const auto& txt : view.facts.rpt_txt_elsewhere) {
    for (const auto& record : txt.joined()) {
      if (!meant_for_reports(record)) continue;
      const bool draft = txt.name == "_smtp-tlsrpt." + domain;
      findings.add(draft ? "rpt-old-prefix" : "rpt-wrong-owner", quote(txt.name),
                   fmt::format("\"{}\"", quote(record)),
                   fmt::format("{}. IN TXT \"{}\"", report_name(view), quote(record)));
      found = true;
    }
  }
  return found;
}

void look_at_absence(const CheckView& view, Findings& findings) {
  if (look_at_strangers(view, findings) || look_elsewhere(view, findings)) return;
  const auto& meta = *view.facts.rpt_txt.meta;
  if (!meta.canonical.empty() && meta.status == DnsStatus::no_name) {
    findings.add("rpt-cname-dangling", report_name(view),
                 fmt::format("alias of {}, which does not exist", quote(meta.canonical)));
    return;
  }
  if (is_null_mx(view.facts.mx) || view.facts.mx.meta.status == DnsStatus::no_name) return;
  const bool needed = has_policy(view) || has_dane(view);
  findings.add_as(needed ? Severity::warning : Severity::notice, "rpt-absent", report_name(view),
                  needed ? "there is something to report about" : "", report_line(view, {}));
}

void look_at_malformed(const CheckView& view, const Error& error, Findings& findings) {
  const auto record = record_that_counts(view);
  bool has_rua = false;
  bool empty_rua = false;
  bool list = false;
  for (const auto field : split(record, ';')) {
    const auto trimmed = trim_blanks(field);
    if (begins(trimmed, "mailto:") || begins(trimmed, "https:")) list = has_rua;
    if (!trimmed.starts_with("rua=")) continue;
    has_rua = true;
    empty_rua = trim_blanks(trimmed.substr(4)).empty();
  }
  const char* id = "rpt-syntax";
  if (list) {
    id = "rpt-rua-semicolon-list";
  } else if (error.detail.ends_with("no rua")) {
    id = "rpt-rua-missing";
  } else if (empty_rua) {
    id = "rpt-rua-empty";
  } else if (error.code == Errc::too_large && error.detail.ends_with("addresses")) {
    id = "rpt-rua-many";
  } else if (error.code == Errc::unsupported) {
    return;  // each destination is wrong in its own way: check_report_targets()
  }
  findings.add(id, report_name(view), quote(error.detail), report_line(view, mended_uris(view)));
}

// What is odd about a record that counts.
void look_at_form(const CheckView& view, Findings& findings) {
  const auto record = record_that_counts(view);
  if (record.empty()) return;
  const auto rest = std::string_view(record).substr(kTlsRptVersion.size());
  if (!rest.starts_with(';'))
    findings.add("rpt-version-blank", report_name(view), fmt::format("\"{}\"", quote(record)));
  std::size_t ruas = 0;
  auto fields = split(rest, ';');
  fields.erase(fields.begin());
  for (const auto field : fields) {
    const auto name = trim_blanks(field.substr(0, field.find('=')));
    if (name == "rua") {
      ++ruas;
    } else if (!name.empty() && field.find('=') != std::string_view::npos) {
      findings.add("rpt-extension", report_name(view),
                   fmt::format("field \"{}\"", quote(trim_blanks(field))));
    }
  }
  if (ruas > 1) {
    findings.add("rpt-rua-twice", report_name(view), fmt::format("{} fields rua", ruas),
                 report_line(view, mended_uris(view)));
  }
}

void look_at_wildcard(const CheckView& view, Findings& findings) {
  const auto& wildcard = view.facts.wildcard_txt;
  for (const auto& record : wildcard.joined()) {
    if (!is_txt_candidate(record, kTlsRptVersion)) continue;
    findings.add("rpt-wildcard", quote(wildcard.name), fmt::format("\"{}\"", quote(record)));
  }
}

}  // namespace

bool one_report_record(const CheckView& view) {
  return std::holds_alternative<TlsRptRecord>(view.rpt) ||
         std::holds_alternative<MalformedTlsRptRecord>(view.rpt);
}

std::string report_name(const CheckView& view) { return "_smtp._tls." + view.facts.domain.text(); }

std::string report_line(const CheckView& view, const std::vector<std::string>& uris) {
  const auto rua =
      uris.empty() ? "mailto:tls-reports@" + view.facts.domain.text() : join(uris, ",");
  return fmt::format("{}. IN TXT \"v=TLSRPTv1; rua={}\"", report_name(view), rua);
}

void check_report_record(const CheckView& view, Findings& findings) {
  const auto& txt = view.facts.rpt_txt;
  if (!txt.meta) return;
  if (is_failure(txt.meta->status)) {
    if (own_resolver_failed(view.facts)) return;
    findings.add("rpt-lookup-fails", report_name(view),
                 fmt::format("{}{}{}", name_of(txt.meta->status), txt.meta->why.empty() ? "" : ": ",
                             quote(txt.meta->why)));
    return;
  }
  look_at_wildcard(view, findings);
  if (const auto* several = std::get_if<SeveralTlsRptRecords>(&view.rpt)) {
    findings.add("rpt-multiple", report_name(view), fmt::format("{} records", several->count),
                 report_line(view, mended_uris(view)));
    return;
  }
  if (std::holds_alternative<NoTlsRptRecord>(view.rpt)) return look_at_absence(view, findings);
  if (!txt.meta->canonical.empty())
    findings.add("rpt-delegated", report_name(view), "alias of " + quote(txt.meta->canonical));
  if (const auto* malformed = std::get_if<MalformedTlsRptRecord>(&view.rpt))
    look_at_malformed(view, malformed->error, findings);
  look_at_form(view, findings);
}

void check_reports(const CheckView& view, Findings& findings) {
  check_report_record(view, findings);
  check_report_targets(view, findings);
}

}  // namespace strictmx
